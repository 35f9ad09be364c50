import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import type { Finder } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';

/** Scaling targets of endpoints: free, but one that outlives its endpoint scales the next of the same name. */
export const scalingTargets: Finder = {
  what: 'scaling targets',
  arns: /^application-autoscaling:scalable-target\//,
  async *find(search) {
    const client = search.client(ApplicationAutoScalingClient);
    const request = { ServiceNamespace: 'sagemaker' as const };
    for await (const page of paginateDescribeScalableTargets({ client }, request, search.options)) {
      for (const target of page.ScalableTargets ?? []) {
        const name = target.ResourceId!;
        const [kind, endpoint = ''] = name.split('/');
        const own = search.owned.recognise({
          type: 'AWS::ApplicationAutoScaling::ScalableTarget',
          // What CloudFormation knows it by.
          name: `${name}|${target.ScalableDimension}|sagemaker`,
          arn: target.ScalableTargetARN,
          isNamed: kind === 'endpoint' && search.names.isEndpoint(endpoint),
          removal: [
            awsCommand(search.region, 'application-autoscaling deregister-scalable-target', {
              'service-namespace': 'sagemaker',
              'resource-id': name,
              'scalable-dimension': target.ScalableDimension!,
            }),
          ],
        });
        if (own) {
          yield {
            type: 'AWS::ApplicationAutoScaling::ScalableTarget',
            name,
            arn: target.ScalableTargetARN,
            ...own,
            detail: `${target.MinCapacity} to ${target.MaxCapacity}`,
            cost: FREE,
          };
        }
      }
    }
  },
};
