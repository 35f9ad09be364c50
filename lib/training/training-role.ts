import { Arn, ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ExecutionRole } from '../aws/execution-role';
import {
  allow,
  attachToVpc,
  attachVolumesUnder,
  useKeyInS3,
  createSharedLogGroup,
  publishMetrics,
  writeLogs,
} from '../aws/sagemaker-permissions';
import type { Channel } from './channel';
import type { ContainerImage } from '../images/container-image';
import { JOBS_PREFIX, TRAINING_LOG_GROUP, TRAINING_METRICS } from '../names';

/** What the training job's role reaches. */
export interface TrainingRoleProps {
  /** A person's own role. */
  readonly role: IRole | undefined;
  /** The project's bucket: uploaded channels, and the job's results. */
  readonly bucket: IBucket;
  readonly image: ContainerImage;
  readonly channels: Readonly<Record<string, Channel>>;
  /** Whether the instances are in a VPC of the account. */
  readonly inVpc: boolean;
  /** The CodeArtifact repository that requirements.txt is installed from. */
  readonly packageRepository: string | undefined;
}

/** The training job's role: it reads its data, writes its results, pulls its image, writes its logs and metrics. */
export class TrainingRole extends ExecutionRole {
  public constructor(scope: Construct, id: string, props: TrainingRoleProps) {
    super(scope, id, props.role);
    this.addToPolicy(
      ...Object.entries(props.channels).flatMap(([name, channel]) =>
        channel.readStatements(scope, name, props.bucket),
      ),
      allow(['s3:PutObject', 's3:AbortMultipartUpload'], [props.bucket.arnForObjects(`${JOBS_PREFIX}*`)]),
      ...useKeyInS3(props.bucket.encryptionKey, 'kms:Decrypt', 'kms:GenerateDataKey'),
      ...attachVolumesUnder(props.bucket.encryptionKey),
      ...props.image.pullStatements(scope),
      writeLogs(scope, TRAINING_LOG_GROUP),
      createSharedLogGroup(scope, TRAINING_LOG_GROUP),
      publishMetrics(TRAINING_METRICS),
      ...(props.inVpc ? [attachToVpc()] : []),
      ...(props.packageRepository === undefined ? [] : installFrom(scope, props.packageRepository)),
    );
  }
}

/** Lets pip install from a CodeArtifact repository, as the toolkit does: it asks for a token and the repository's address. */
function installFrom(scope: Construct, repositoryArn: string): PolicyStatement[] {
  const { partition, region, account, resourceName } = Arn.split(
    repositoryArn,
    ArnFormat.SLASH_RESOURCE_NAME,
  );
  const domain = Arn.format(
    {
      ...{ partition, region, account, service: 'codeartifact', resource: 'domain' },
      resourceName: Fn.select(0, Fn.split('/', resourceName!)),
    },
    Stack.of(scope),
  );
  return [
    allow(['codeartifact:GetAuthorizationToken'], [domain]),
    allow(['codeartifact:GetRepositoryEndpoint', 'codeartifact:ReadFromRepository'], [repositoryArn]),
    allow(
      ['sts:GetServiceBearerToken'],
      // The action has no resource.
      ['*'],
      { StringEquals: { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' } },
    ),
  ];
}
