import { paginateListEndpointConfigs, paginateListModels, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { each, type Finder } from '../finder';

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
