import { type Duration, Fn, Size, SizeRoundingBehavior, Stack } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Grant, type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  CfnNotebookInstance,
  CfnNotebookInstanceLifecycleConfig,
  type CfnNotebookInstanceProps,
} from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { type InstanceType, instanceTypeProblems } from '../images/instance-types';
import {
  allow,
  attachToVpc,
  createSharedLogGroup,
  keepPrefix,
  useKeyInS3,
  writeLogs,
} from '../aws/sagemaker-permissions';
import { placementProblems } from '../aws/vpc-placement';
import { wholeNumberProblems } from '../aws/whole-number';
import { identityHash } from '../training/training-request';
import { idleStopProblems, idleStopScript } from './notebook-idle-stop';
import { endpointName, HOSTING_KINDS, NOTEBOOK_LOG_GROUP, notebookName } from '../names';

/** Shell scripts that a notebook instance runs; each at most 16,384 characters in base64. */
export interface NotebookLifecycle {
  /**
   * Once, when the instance is made.
   * @default - none
   */
  readonly onCreate?: string;
  /**
   * At every start.
   * @default - none
   */
  readonly onStart?: string;
}

/** A SageMaker notebook instance. */
export interface NotebookProps {
  /** Such as `ml.t3.medium`. */
  readonly instanceType: InstanceType;
  /**
   * The name that SageMaker shows.
   * SageMaker changes no network or key of an instance: with a name of yours, another one needs another name.
   * @default - the project's name; in a `vpc` or under a `kmsKey`, with a hash of both behind it, so that another network or key can be another instance
   */
  readonly notebookInstanceName?: string;
  /**
   * The volume under /home/ec2-user/SageMaker.
   * @default Size.gibibytes(5)
   */
  readonly volumeSize?: Size;
  /**
   * The notebook's role; it must let sagemaker.amazonaws.com assume it. With `idleTimeout` it also gets leave to stop the instance;
   * one that takes no policy from here must have it already.
   * @default - one that reads and writes the project's bucket, runs predictions on the project's endpoint, and writes its logs
   */
  readonly role?: IRole;
  /**
   * The network of the instance, and its only one: packages, repositories and AWS are reached through it, by a NAT gateway or VPC endpoints.
   * @default - SageMaker's own, with access to the internet
   */
  readonly vpc?: IVpc;
  /**
   * Where in `vpc`; the first subnet is taken.
   * @default - its private subnets
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Security groups of the instance in `vpc`.
   * @default - one that allows all outbound traffic
   */
  readonly securityGroups?: readonly ISecurityGroup[];
  /**
   * The Git repository that the notebook opens: an https URL, or the name of an AWS::SageMaker::CodeRepository.
   * @default - none
   */
  readonly defaultCodeRepository?: string;
  /**
   * Up to three more repositories beside it.
   * @default - none
   */
  readonly additionalCodeRepositories?: readonly string[];
  /**
   * Scripts of yours.
   * @default - none
   */
  readonly lifecycle?: NotebookLifecycle;
  /**
   * After how long without use the instance stops itself. It keeps its volume and can be started again.
   * @default - it runs until it is stopped
   */
  readonly idleTimeout?: Duration;
  /**
   * Whether its users are root. Lifecycle scripts are in any case.
   * @default false
   */
  readonly rootAccess?: boolean;
}

/** The instance's operating system and JupyterLab: Amazon Linux 2023 with JupyterLab 4. */
const PLATFORM = 'notebook-al2023-v1';

/** The longest lifecycle script, in characters of base64 (NotebookInstanceLifecycleConfigContent). */
const MAX_SCRIPT_LENGTH = 16_384;

/** What is wrong with a notebook's configuration. Limits: CreateNotebookInstance in SageMaker's service model. */
export function notebookProblems(props: NotebookProps): string[] {
  const problems = instanceTypeProblems('notebook.instanceType', 'notebook', props.instanceType);
  const name = props.notebookInstanceName;
  if (name !== undefined && !/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(name)) {
    problems.push(
      `notebook.notebookInstanceName: '${name}' is not a name; 1 to 63 letters, digits and inner dashes`,
    );
  }
  const size = props.volumeSize?.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  problems.push(...wholeNumberProblems('notebook.volumeSize', size, [5, 16384], ' GiB'));
  const additional = props.additionalCodeRepositories ?? [];
  if (additional.length > 3) {
    problems.push(
      `notebook.additionalCodeRepositories: ${additional.length} repositories, and at most 3 are allowed`,
    );
  }
  for (const repository of [props.defaultCodeRepository ?? [], additional].flat()) {
    if (!/^(https:\/\/[^/]+\/?.*|[a-zA-Z0-9](-*[a-zA-Z0-9])*)$/.test(repository)) {
      problems.push(
        `notebook: '${repository}' is neither an https URL of a Git repository nor the name of a code repository`,
      );
    }
  }
  problems.push(...placementProblems('notebook.', props));
  for (const [event, script] of Object.entries(scripts(props))) {
    const length = script === undefined ? 0 : Buffer.from(script).toString('base64').length;
    if (length > MAX_SCRIPT_LENGTH) {
      problems.push(
        `notebook.lifecycle.${event}: ${length} characters in base64, and at most ${MAX_SCRIPT_LENGTH} are allowed; ` +
          'put the script into the bucket or a repository and call it from a short one',
      );
    }
  }
  if (props.idleTimeout) {
    problems.push(...idleStopProblems(props.idleTimeout.toSeconds({ integral: false })));
  }
  return problems;
}

/** The scripts of a configuration: those given, and the one that stops an idle instance. */
function scripts(props: NotebookProps): NotebookLifecycle {
  const given = props.lifecycle?.onStart;
  return {
    onCreate: props.lifecycle?.onCreate,
    onStart: props.idleTimeout
      ? idleStopScript(props.idleTimeout.toSeconds({ integral: false }), given)
      : given,
  };
}

/** A notebook instance of a project. */
export interface ProjectNotebookProps extends NotebookProps {
  readonly projectName: string;
  /** The project's bucket. */
  readonly bucket: IBucket;
}

/** A SageMaker notebook instance with IMDSv2 only, and no root unless asked for. */
export class Notebook extends Construct {
  /** The instance's name. */
  public readonly notebookInstanceName: string;

  public constructor(scope: Construct, id: string, props: ProjectNotebookProps) {
    super(scope, id);
    const key = props.bucket.encryptionKey;
    const fixed = { ...this.network(props), ...(key ? { kmsKeyId: key.keyArn } : {}) };
    // CloudFormation puts another instance in the place of one whose network or key changes, and cannot while both have one name.
    const place = props.vpc || key ? identityHash(Stack.of(this).resolve(fixed)) : undefined;
    this.notebookInstanceName = props.notebookInstanceName ?? notebookName(props.projectName, place);
    const role = props.role ?? this.leastRole(props);
    if (props.idleTimeout) {
      this.grantStop(role);
    }
    const { onCreate, onStart } = scripts(props);
    const lifecycle =
      onCreate || onStart
        ? new CfnNotebookInstanceLifecycleConfig(this, 'Lifecycle', {
            onCreate: onCreate ? [{ content: Fn.base64(onCreate) }] : undefined,
            onStart: onStart ? [{ content: Fn.base64(onStart) }] : undefined,
          })
        : undefined;
    const instance = new CfnNotebookInstance(this, 'Resource', {
      notebookInstanceName: this.notebookInstanceName,
      instanceType: props.instanceType,
      platformIdentifier: PLATFORM,
      volumeSizeInGb: (props.volumeSize ?? Size.gibibytes(5)).toGibibytes(),
      roleArn: role.roleArn,
      lifecycleConfigName: lifecycle?.attrNotebookInstanceLifecycleConfigName,
      defaultCodeRepository: props.defaultCodeRepository,
      additionalCodeRepositories: props.additionalCodeRepositories && [...props.additionalCodeRepositories],
      rootAccess: props.rootAccess ? 'Enabled' : 'Disabled',
      instanceMetadataServiceConfiguration: { minimumInstanceMetadataServiceVersion: '2' },
      ...fixed,
    });
    // The instance must be able to log and to stop itself for as long as it lives.
    instance.node.addDependency(role);
  }

  /** Lets the instance stop itself. */
  private grantStop(grantee: IRole): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['sagemaker:StopNotebookInstance'],
      resourceArns: [
        Stack.of(this).formatArn({
          service: 'sagemaker',
          resource: 'notebook-instance',
          // SageMaker writes names into ARNs in lower case.
          resourceName: this.notebookInstanceName.toLowerCase(),
        }),
      ],
    });
  }

  private network(
    props: NotebookProps,
  ): Pick<CfnNotebookInstanceProps, 'subnetId' | 'securityGroupIds' | 'directInternetAccess'> {
    if (!props.vpc) {
      return {};
    }
    const groups = props.securityGroups ?? [
      new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'The notebook instance' }),
    ];
    return {
      subnetId: props.vpc.selectSubnets(props.vpcSubnets).subnetIds[0],
      securityGroupIds: groups.map((group) => group.securityGroupId),
      // SageMaker's default leads around the network that was asked for.
      directInternetAccess: 'Disabled',
    };
  }

  private leastRole(props: ProjectNotebookProps): Role {
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') });
    const statements = [
      ...keepPrefix(props.bucket.bucketArn, ''),
      ...useKeyInS3(props.bucket.encryptionKey, 'kms:Decrypt', 'kms:GenerateDataKey'),
      writeLogs(this, NOTEBOOK_LOG_GROUP),
      createSharedLogGroup(this, NOTEBOOK_LOG_GROUP),
      allow(
        ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointAsync'],
        [
          // Of any kind: while one takes another's place, there are both.
          ...HOSTING_KINDS.map((kind) =>
            stack.formatArn({
              service: 'sagemaker',
              resource: 'endpoint',
              resourceName: endpointName(props.projectName, kind).toLowerCase(),
            }),
          ),
        ],
      ),
      ...(props.vpc ? [attachToVpc()] : []),
    ];
    for (const statement of statements) {
      role.addToPolicy(statement);
    }
    return role;
  }
}
