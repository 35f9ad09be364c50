import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import { each, type Finder } from '../finder';
import { awsCommand } from '../removal';

/** Scaling targets of endpoints: free, but one that outlives its endpoint scales the next of the same name. */
export const scalingTargets: Finder = {
  type: 'AWS::ApplicationAutoScaling::ScalableTarget',
  what: 'scaling targets',
  arns: /^application-autoscaling:scalable-target\//,
  async *list({ client, names, options, region }) {
    const request = { ServiceNamespace: 'sagemaker' as const };
    const pages = paginateDescribeScalableTargets(
      { client: client(ApplicationAutoScalingClient) },
      request,
      options,
    );
    for await (const target of each(pages, ({ ScalableTargets }) => ScalableTargets)) {
      const name = target.ResourceId!;
      const [kind, endpoint = ''] = name.split('/');
      const removal = awsCommand('application-autoscaling deregister-scalable-target', {
        'service-namespace': 'sagemaker',
        'resource-id': name,
        'scalable-dimension': target.ScalableDimension!,
        region,
      });
      yield {
        name,
        id: `${name}|${target.ScalableDimension}|sagemaker`,
        arn: target.ScalableTargetARN,
        isNamed: kind === 'endpoint' && names.isEndpoint(endpoint),
        detail: `${target.MinCapacity} to ${target.MaxCapacity}`,
        removal: [removal],
      };
    }
  },
};
