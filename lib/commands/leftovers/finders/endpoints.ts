import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModels,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { unknownPart } from '../../../cost/resource-cost';
import { failureReason } from '../failure';
import { each, type Finder, type Search } from '../finder';
import { resourcesCost } from '../hourly-cost';

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
      const { EndpointName, EndpointArn: arn, EndpointStatus } = endpoint;
      const name = EndpointName!;
      const isNamed = search.names.isEndpoint(name);
      yield { name, arn, isNamed, detail: `${EndpointStatus}`, describe: () => describe(name, search) };
    }
  },
};

/** Endpoint configurations: free, their endpoint is what costs. */
export const endpointConfigs: Finder = {
  type: 'AWS::SageMaker::EndpointConfig',
  what: 'endpoint configurations',
  arns: /^sagemaker:endpoint-config\//,
  remove: ['sagemaker delete-endpoint-config', 'endpoint-config-name'],
  async *list({ client, names, options }) {
    const pages = paginateListEndpointConfigs({ client: client(SageMakerClient) }, {}, options);
    for await (const config of each(pages, ({ EndpointConfigs }) => EndpointConfigs)) {
      const name = config.EndpointConfigName!;
      yield { name, arn: config.EndpointConfigArn, isNamed: names.isOwn(name) };
    }
  },
};

/** Models: free, their archive is in a bucket. */
export const models: Finder = {
  type: 'AWS::SageMaker::Model',
  what: 'models',
  arns: /^sagemaker:model\//,
  remove: ['sagemaker delete-model', 'model-name'],
  async *list({ client, names, options }) {
    const pages = paginateListModels({ client: client(SageMakerClient) }, {}, options);
    for await (const { ModelName, ModelArn } of each(pages, ({ Models }) => Models)) {
      yield { name: ModelName!, arn: ModelArn, isNamed: names.isOwn(ModelName!) };
    }
  },
};

/** What an endpoint runs and costs. */
async function describe(EndpointName: string, { client, options, region }: Search) {
  const sagemaker = client(SageMakerClient);
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }), options);
  const { EndpointConfigName, EndpointStatus } = endpoint;
  const config = await sagemaker
    .send(new DescribeEndpointConfigCommand({ EndpointConfigName }), options)
    .catch((error: unknown) => {
      // An endpoint serves on after its configuration is deleted, but then nobody tells its instance type.
      const reason = failureReason(error);
      throw new Error(`its configuration ${EndpointConfigName} cannot be read: ${reason}`, { cause: error });
    });
  const running = [...(endpoint.ProductionVariants ?? []), ...(endpoint.ShadowProductionVariants ?? [])];
  // What runs now: scaling moves it away from the configuration's number.
  const counts = new Map(running.map((variant) => [variant.VariantName, variant.CurrentInstanceCount]));
  const variants = [...(config.ProductionVariants ?? []), ...(config.ShadowProductionVariants ?? [])].map(
    (variant) => ({
      ...variant,
      InitialInstanceCount: counts.get(variant.VariantName) ?? variant.InitialInstanceCount,
    }),
  );
  const shown = variants.map(({ ServerlessConfig, InitialInstanceCount, InstanceType }) =>
    ServerlessConfig
      ? `serverless, ${ServerlessConfig.MemorySizeInMB} MB`
      : `${InitialInstanceCount} × ${InstanceType}`,
  );
  const properties = { ...config, EndpointConfigName, ProductionVariants: variants };
  return {
    detail: [EndpointStatus, ...shown].join(', '),
    cost:
      EndpointStatus === 'Failed' && running.length === 0
        ? unknownPart('SageMaker does not say whether a failed endpoint still has instances')
        : resourcesCost(region, {
            Endpoint: { Type: 'AWS::SageMaker::Endpoint', Properties: { EndpointConfigName } },
            Config: {
              Type: 'AWS::SageMaker::EndpointConfig',
              Properties: { ...properties, ShadowProductionVariants: [] },
            },
          }),
  };
}
