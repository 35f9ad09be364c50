import { Arn, ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
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
import type { ContainerImage } from '../images/container-image';
import { JOBS_PREFIX, PACKAGE_REPOSITORY, TRAINING_LOG_GROUP, TRAINING_METRICS } from '../names';
import type { Training } from './training';

/** The training job's role: it reads its data, writes its results, pulls its image, writes its logs and metrics. */
export class TrainingRole extends ExecutionRole {
  public constructor(scope: Construct, id: string, props: Training, bucket: IBucket, image: ContainerImage) {
    super(scope, id, props.role);
    const packageRepository = props.environment?.[PACKAGE_REPOSITORY];
    this.addToPolicy(
      ...Object.entries(props.channels).flatMap(([name, channel]) =>
        channel.readStatements(scope, name, bucket),
      ),
      allow(['s3:PutObject', 's3:AbortMultipartUpload'], [bucket.arnForObjects(`${JOBS_PREFIX}*`)]),
      ...useKeyInS3(bucket.encryptionKey, 'kms:Decrypt', 'kms:GenerateDataKey'),
      ...attachVolumesUnder(bucket.encryptionKey),
      ...image.pullStatements(scope),
      writeLogs(scope, TRAINING_LOG_GROUP),
      createSharedLogGroup(scope, TRAINING_LOG_GROUP),
      publishMetrics(TRAINING_METRICS),
      ...(props.vpc ? [attachToVpc()] : []),
      ...(packageRepository === undefined ? [] : installFrom(scope, packageRepository)),
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
