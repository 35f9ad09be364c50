import { paginateListEndpointConfigs, paginateListModels, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Finder, Found, Search } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';

/** Endpoint configurations: free, their endpoint is what costs. */
export const endpointConfigs: Finder = {
  what: 'endpoint configurations',
  arns: /^sagemaker:endpoint-config\//,
  async *find(search) {
    const client = search.client(SageMakerClient);
    for await (const page of paginateListEndpointConfigs({ client }, {}, search.options)) {
      for (const { EndpointConfigName, EndpointConfigArn } of page.EndpointConfigs ?? []) {
        yield* own('AWS::SageMaker::EndpointConfig', EndpointConfigName!, EndpointConfigArn, search, [
          awsCommand(search.region, 'sagemaker delete-endpoint-config', {
            'endpoint-config-name': EndpointConfigName!,
          }),
        ]);
      }
    }
  },
};

/** Models: free, their archive is in a bucket. */
export const models: Finder = {
  what: 'models',
  arns: /^sagemaker:model\//,
  async *find(search) {
    const client = search.client(SageMakerClient);
    for await (const page of paginateListModels({ client }, {}, search.options)) {
      for (const { ModelName, ModelArn } of page.Models ?? []) {
        yield* own('AWS::SageMaker::Model', ModelName!, ModelArn, search, [
          awsCommand(search.region, 'sagemaker delete-model', { 'model-name': ModelName! }),
        ]);
      }
    }
  },
};

function* own(
  type: string,
  name: string,
  arn: string | undefined,
  { owned, names }: Search,
  removal: string[],
): Iterable<Found> {
  const found = owned.recognise({ type, name, arn, isNamed: names.isOwn(name), removal });
  if (found) {
    yield { type, name, arn, ...found, detail: '', cost: FREE };
  }
}
