// What lives as long as the project: its bucket with the data sets, its notebook and how that stops when idle, its monthly
// budget and its notices. Each is a construct of the workspace stack.

import { type CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** How a project's bucket ends. */
export interface DataBucketProps {
  /** Whether the bucket and all in it stay when the stack is deleted. */
  readonly retainData: boolean;
  /** The key of all objects; S3's own without it. */
  readonly kmsKey: IKey | undefined;
}

/** The stack's construct that holds the CDK's own function for emptying buckets; a contract of aws-cdk-lib that a test holds. */
const EMPTYING_PROVIDER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';

/**
 * The project's bucket: datasets, training results, checkpoints.
 * Encrypted, TLS only, private, versioned; old versions and broken uploads expire. Unless retained, it is emptied and deleted with its stack.
 */
export class DataBucket extends Bucket {
  public constructor(scope: Construct, id: string, props: DataBucketProps) {
    super(scope, id, {
      // A bucket key: one call of KMS for many objects.
      ...(props.kmsKey
        ? { encryption: BucketEncryption.KMS, encryptionKey: props.kmsKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      versioned: true,
      lifecycleRules: [
        {
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
        // A rule of its own: AWS takes this setting with no other expiration beside it.
        { expiredObjectDeleteMarker: true },
      ],
      removalPolicy: props.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      autoDeleteObjects: !props.retainData,
    });
    if (!props.retainData) {
      this.keepEmptyingLogsInStack();
    }
  }

  /**
   * The CDK's function for emptying buckets writes to a log group that Lambda makes and nobody deletes, by a managed policy for all log groups.
   * It gets a group that goes with the stack, and may write there only.
   */
  private keepEmptyingLogsInStack(): void {
    const provider = Stack.of(this).node.findChild(EMPTYING_PROVIDER);
    const logGroup = new LogGroup(this, 'EmptyingLogs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = provider.node.findChild('Role') as CfnResource;
    role.addPropertyDeletionOverride('ManagedPolicyArns');
    role.addPropertyOverride('Policies', [
      {
        PolicyName: 'Logs',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: logGroup.logGroupArn,
            },
          ],
        },
      },
    ]);
    const handler = provider.node.findChild('Handler') as CfnResource;
    handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
  }
}
