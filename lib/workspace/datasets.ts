import { RemovalPolicy, Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { allow, keepPrefix, useKeyInS3 } from '../aws/sagemaker-permissions';
import type { DirectoryChannel } from '../training/channel';
import { DATASETS_PREFIX } from '../names';

/** The directories to upload, by channel. */
export interface DatasetsProps {
  readonly bucket: IBucket;
  readonly channels: ReadonlyMap<string, DirectoryChannel>;
  /** Whether uploaded data stays when it is no longer declared. */
  readonly retainData: boolean;
}

/** Lambda's own storage, in MiB, where nothing is said. */
const LAMBDA_STORAGE = 512;

/** Uploads the directories of a project's channels into its bucket. */
export class Datasets extends Construct {
  /** The S3 URI of each channel's data. */
  public readonly uris: ReadonlyMap<string, string>;

  public constructor(scope: Construct, id: string, props: DatasetsProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The CDK's own grants would let the function read all assets of the account and write the whole bucket.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    for (const statement of [
      // At its deletion an upload asks the bucket's tags whether another stack has taken it over.
      allow(['s3:GetBucketTagging'], [props.bucket.bucketArn]),
      ...keepPrefix(props.bucket.bucketArn, DATASETS_PREFIX),
      ...useKeyInS3(props.bucket.encryptionKey, 'kms:Decrypt', 'kms:GenerateDataKey'),
    ]) {
      role.addToPolicy(statement);
    }
    // One function serves all channels, so its storage is that of the largest: an archive and its contents.
    const largest = Math.max(0, ...[...props.channels.values()].map((channel) => channel.sizeMebibytes()));
    const storage = Math.max(LAMBDA_STORAGE, 2 * largest);
    for (const [name, channel] of props.channels) {
      const asset = channel.asset(this, `${name}Asset`);
      role.addToPolicy(allow(['s3:GetObject'], [asset.bucket.arnForObjects(asset.s3ObjectKey)]));
      const deployment = new BucketDeployment(this, name, {
        sources: [Source.bucket(asset.bucket, asset.s3ObjectKey)],
        destinationBucket: props.bucket,
        destinationKeyPrefix: channel.prefix(name),
        retainOnDelete: props.retainData,
        // What the model does not need, nobody reads: the answer of a large dataset would not fit.
        outputObjectKeys: false,
        memoryLimit: 1024,
        ephemeralStorageSize: Size.mebibytes(storage),
        role: role.withoutPolicyUpdates(),
        logGroup,
      });
      // At its deletion the upload still needs both.
      deployment.node.addDependency(role, logGroup);
    }
    this.uris = new Map(
      [...props.channels].map(([name, channel]) => [name, channel.uri(name, props.bucket.bucketName)]),
    );
  }
}
