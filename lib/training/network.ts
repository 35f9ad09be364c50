import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ISecurityGroup,
  type IVpc,
  Port,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { placementProblems } from '../aws/vpc-placement';
import { CODE_CHANNEL, PACKAGE_REPOSITORY } from '../names';
import type { SourceDirectory } from './source-directory';

/** The network of a training job. */
export interface TrainingNetworkProps {
  /**
   * The network of the instances.
   * @default - SageMaker's own, with access to the internet
   */
  readonly vpc?: IVpc;
  /**
   * The subnets of `vpc`.
   * @default - its private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Security groups of the instances in `vpc`.
   * @default - one that allows all outbound traffic
   */
  readonly securityGroups?: readonly ISecurityGroup[];
  /**
   * Whether what the instances of one job tell each other is encrypted.
   * @default false
   */
  readonly encryptInterContainerTraffic?: boolean;
  /**
   * Whether the container reaches no network, but the other instances of its job. SageMaker still brings data and code, which comes as
   * the channel `code`, and takes the results. A `requirements.txt` wants `--no-index` and its packages beside it.
   * @default false
   */
  readonly enableNetworkIsolation?: boolean;
}

/** What the network's rules need of the job. */
export interface NetworkedJob extends TrainingNetworkProps {
  readonly instanceCount: number;
  readonly script: { readonly sourceDir: string } | undefined;
  readonly source: SourceDirectory | undefined;
  readonly channels: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly enableRemoteDebug?: boolean;
}

/** What is wrong with a job's network. */
export function networkProblems(props: NetworkedJob): string[] {
  return [...placementProblems('', props), ...(props.enableNetworkIsolation ? isolationProblems(props) : [])];
}

function isolationProblems({
  script,
  source,
  channels,
  environment = {},
  enableRemoteDebug,
}: NetworkedJob): string[] {
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
  { vpc, vpcSubnets, securityGroups, instanceCount }: NetworkedJob,
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
