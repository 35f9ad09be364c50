import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointOutput,
  paginateListEndpoints,
  type ProductionVariant,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { isGone } from '../failure';
import type { Finder, Found, Search } from '../finder';
import { resourcesCost, unknownHourlyCost } from '../hourly-cost';
import type { HourlyCost } from '../leftover';
import { awsCommand } from '../removal';

/** Endpoints: by the hour for each instance; nothing at rest if serverless. */
export const endpoints: Finder = {
  what: 'endpoints',
  arns: /^sagemaker:endpoint\//,
  async *find(search) {
    const client = search.client(SageMakerClient);
    for await (const page of paginateListEndpoints({ client }, {}, search.options)) {
      for (const { EndpointName, EndpointArn, EndpointStatus } of page.Endpoints ?? []) {
        const name = EndpointName!;
        const own = search.owned.recognise({
          type: 'AWS::SageMaker::Endpoint',
          name,
          arn: EndpointArn,
          isNamed: search.names.isEndpoint(name),
          removal: [awsCommand(search.region, 'sagemaker delete-endpoint', { 'endpoint-name': name })],
        });
        const described = own && (await describe(name, search));
        if (own && described) {
          yield {
            type: 'AWS::SageMaker::Endpoint',
            name,
            arn: EndpointArn,
            ...own,
            ...described,
            detail: [`${EndpointStatus}`, described.detail].filter((text) => text !== '').join(', '),
          };
        }
      }
    }
  },
};

/** What an endpoint runs and costs; undefined if it is gone by now. */
async function describe(name: string, search: Search): Promise<Pick<Found, 'detail' | 'cost'> | undefined> {
  const client = search.client(SageMakerClient);
  let endpoint: DescribeEndpointOutput;
  try {
    endpoint = await client.send(new DescribeEndpointCommand({ EndpointName: name }), search.options);
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    search.cannotSee(`instances of the endpoint ${name}`, error);
    return { detail: '', cost: unknownHourlyCost('its instances cannot be seen') };
  }
  try {
    const config = await client.send(
      new DescribeEndpointConfigCommand({ EndpointConfigName: endpoint.EndpointConfigName }),
      search.options,
    );
    const counts = runningInstances(endpoint);
    const variants = (config.ProductionVariants ?? []).map((variant) => withCount(variant, counts));
    const shadows = (config.ShadowProductionVariants ?? []).map((variant) => withCount(variant, counts));
    return {
      detail: [...variants, ...shadows].map(shown).join(', '),
      cost: cost(
        endpoint,
        { ...config, ProductionVariants: variants, ShadowProductionVariants: shadows },
        search,
      ),
    };
  } catch (error) {
    // An endpoint serves on after its configuration is deleted, but then nobody tells its instance type.
    if (!isGone(error)) {
      search.cannotSee(`endpoint configuration ${endpoint.EndpointConfigName}`, error);
    }
    const reason = `its configuration ${endpoint.EndpointConfigName} cannot be read`;
    return { detail: reason, cost: unknownHourlyCost(`instances: ${reason}`) };
  }
}

/** What runs now, by variant: scaling moves it away from the configuration's number. */
function runningInstances(endpoint: DescribeEndpointOutput): Map<string, number> {
  const running = [...(endpoint.ProductionVariants ?? []), ...(endpoint.ShadowProductionVariants ?? [])];
  return new Map(
    running.flatMap(({ VariantName, CurrentInstanceCount }) =>
      CurrentInstanceCount === undefined ? [] : [[VariantName!, CurrentInstanceCount]],
    ),
  );
}

function withCount(variant: ProductionVariant, counts: ReadonlyMap<string, number>): ProductionVariant {
  return variant.ServerlessConfig
    ? variant
    : { ...variant, InitialInstanceCount: counts.get(variant.VariantName!) ?? variant.InitialInstanceCount };
}

function shown({ ServerlessConfig, InitialInstanceCount, InstanceType }: ProductionVariant): string {
  return ServerlessConfig
    ? `serverless, ${ServerlessConfig.MemorySizeInMB} MB`
    : `${InitialInstanceCount} × ${InstanceType}`;
}

function cost(endpoint: DescribeEndpointOutput, config: object, { region }: Search): HourlyCost {
  if (endpoint.EndpointStatus === 'Failed' && runningInstances(endpoint).size === 0) {
    return unknownHourlyCost('SageMaker does not say whether a failed endpoint still has instances');
  }
  const EndpointConfigName = endpoint.EndpointConfigName;
  return resourcesCost(region, {
    Endpoint: { Type: 'AWS::SageMaker::Endpoint', Properties: { EndpointConfigName } },
    Config: { Type: 'AWS::SageMaker::EndpointConfig', Properties: { ...config, EndpointConfigName } },
  });
}
