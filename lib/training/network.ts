import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { placementProblems } from '../aws/vpc-placement';
import { CODE_CHANNEL, PACKAGE_REPOSITORY } from '../names';
import type { Training } from './training';

/** What is wrong with a job's network. */
export function networkProblems(props: Training): string[] {
  return [...placementProblems('', props), ...(props.enableNetworkIsolation ? isolationProblems(props) : [])];
}

function isolationProblems({
  script,
  source,
  channels,
  environment = {},
  enableRemoteDebug,
}: Training): string[] {
  const problems: string[] = [];
  if (script && CODE_CHANNEL in channels) {
    problems.push(
      `channels.${CODE_CHANNEL}: with enableNetworkIsolation the script comes by a channel of this name; rename yours`,
    );
  }
  if (environment[PACKAGE_REPOSITORY] !== undefined) {
    problems.push(
      `environment.${PACKAGE_REPOSITORY}: with enableNetworkIsolation pip reaches no repository; leave one of the two out`,
    );
  }
  if (
    script &&
    source?.files().includes('requirements.txt') &&
    !isOffline(join(script.sourceDir, 'requirements.txt'))
  ) {
    problems.push(
      "enableNetworkIsolation: pip reaches no index for sourceDir's requirements.txt; put the wheels beside it and " +
        '`--no-index` and `--find-links` into it, or take an image that has the packages',
    );
  }
  if (enableRemoteDebug) {
    problems.push(
      'enableRemoteDebug: with enableNetworkIsolation nobody reaches the container; leave one of the two out',
    );
  }
  return problems;
}

function isOffline(requirements: string): boolean {
  return existsSync(requirements) && /^\s*--no-index\b/m.test(readFileSync(requirements, 'utf8'));
}

/** The subnets and security groups of a job in a VPC. @param scope the job's construct */
export function vpcConfig(
  scope: Construct,
  { vpc, vpcSubnets, securityGroups, instanceCount }: Training,
): { Subnets: string[]; SecurityGroupIds: string[] } | undefined {
  return (
    vpc && {
      Subnets: vpc.selectSubnets(vpcSubnets).subnetIds,
      SecurityGroupIds: (securityGroups ?? [ownSecurityGroup(scope, vpc, instanceCount)]).map(
        (group) => group.securityGroupId,
      ),
    }
  );
}

function ownSecurityGroup(scope: Construct, vpc: IVpc, instanceCount: number): SecurityGroup {
  const group = new SecurityGroup(scope, 'SecurityGroup', {
    vpc,
    description: 'Instances of the training job',
  });
  if (instanceCount > 1) {
    // Source: "Give SageMaker AI Training Jobs Access to Resources in Your Amazon VPC".
    // Outbound all is allowed already; `allowInternally` would say so again, and the CDK warn of it.
    group.addIngressRule(group, Port.allTraffic(), 'Instances of one job talk to each other');
  }
  return group;
}
