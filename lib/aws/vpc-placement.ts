import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';

/** Most security groups of a training job and of a model. Source: `VpcConfig` in SageMaker's service model. */
const MAX_SECURITY_GROUPS = 5;

/** Where instances of SageMaker lie. */
export interface VpcPlacement {
  readonly vpc?: IVpc | undefined;
  readonly vpcSubnets?: SubnetSelection | undefined;
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
}

/** What is wrong with a place. @param at what stands before the names of its props, such as `hosting.` */
export function placementProblems(at: string, placement: VpcPlacement): string[] {
  const count = placement.securityGroups?.length ?? 1;
  return [
    ...(placement.vpc ? [] : (['vpcSubnets', 'securityGroups'] as const))
      .filter((prop) => placement[prop] !== undefined)
      .map((prop) => `${at}${prop}: only with a vpc; give vpc, or leave it out`),
    ...(count < 1 || count > MAX_SECURITY_GROUPS
      ? [
          `${at}securityGroups: ${count} of them, and 1 to ${MAX_SECURITY_GROUPS} are allowed; leave it out for one of its own`,
        ]
      : []),
  ];
}
