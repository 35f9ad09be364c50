import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointOutput,
  type EndpointSummary,
  paginateListEndpoints,
  type ProductionVariant,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { isGone } from '../failure';
import { each, type Finder, type Found, type Search } from '../finder';
import { resourcesCost, unknownHourlyCost } from '../hourly-cost';
import type { HourlyCost } from '../leftover';

/** Endpoints: by the hour for each instance; nothing at rest if serverless. */
export const endpoints: Finder = {
  type: 'AWS::SageMaker::Endpoint',
  what: 'endpoints',
  arns: /^sagemaker:endpoint\//,
  remove: ['sagemaker delete-endpoint', 'endpoint-name'],
  async *list(search) {
    const client = search.client(SageMakerClient);
    const pages = paginateListEndpoints({ client }, {}, search.options);
    for await (const endpoint of each(pages, ({ Endpoints }) => Endpoints)) {
      const name = endpoint.EndpointName!;
      const describe = () => describeEndpoint(endpoint, search);
      yield { name, arn: endpoint.EndpointArn, isNamed: search.names.isEndpoint(name), describe };
    }
  },
};

/** What an endpoint runs and costs; undefined if it is gone by now. */
async function describeEndpoint(
  { EndpointName, EndpointStatus }: EndpointSummary,
  search: Search,
): Promise<Pick<Found, 'detail' | 'cost'> | undefined> {
  const client = search.client(SageMakerClient);
  let endpoint: DescribeEndpointOutput;
  try {
    endpoint = await client.send(new DescribeEndpointCommand({ EndpointName }), search.options);
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    search.cannotSee(`instances of the endpoint ${EndpointName}`, error);
    return { detail: `${EndpointStatus}`, cost: unknownHourlyCost('its instances cannot be seen') };
  }
  const EndpointConfigName = endpoint.EndpointConfigName;
  const config = await search.see(`endpoint configuration ${EndpointConfigName}`, () =>
    client.send(new DescribeEndpointConfigCommand({ EndpointConfigName }), search.options),
  );
  if (!config) {
    // An endpoint serves on after its configuration is deleted, but then nobody tells its instance type.
    const reason = `its configuration ${EndpointConfigName} cannot be read`;
    return { detail: `${EndpointStatus}, ${reason}`, cost: unknownHourlyCost(`instances: ${reason}`) };
  }
  const counts = runningInstances(endpoint);
  const variants = (config.ProductionVariants ?? []).map((variant) => withCount(variant, counts));
  const shadows = (config.ShadowProductionVariants ?? []).map((variant) => withCount(variant, counts));
  return {
    detail: [EndpointStatus, ...[...variants, ...shadows].map(shown)].join(', '),
    cost: cost(
      endpoint,
      { ...config, ProductionVariants: variants, ShadowProductionVariants: shadows },
      search,
    ),
  };
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
