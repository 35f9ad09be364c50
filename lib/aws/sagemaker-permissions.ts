import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** A statement that lets its principal do something. */
export function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions?: PolicyStatementProps['conditions'],
): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources], conditions });
}

/**
 * Lets a role read the objects below a key prefix of a bucket, and list the bucket. The list has no condition on the prefix: SageMaker
 * checks a bucket by calls that send none, and so do HeadBucket and a person's `list_objects_v2(Bucket=…)`.
 */
export function readPrefix(bucketArn: string, prefix: string): PolicyStatement[] {
  return [allow(['s3:GetObject'], [`${bucketArn}/${prefix}*`]), allow(['s3:ListBucket'], [bucketArn])];
}

/** The ARN of a bucket, or of an object, by its name: of the project's own bucket that is what crosses the stacks. */
export function s3Arn(scope: Construct, resource: string): string {
  return Stack.of(scope).formatArn({ service: 's3', region: '', account: '', resource });
}

/** Lets a role read one object as a channel, which is listed too. */
export function readListedObject(bucketArn: string, key: string): PolicyStatement[] {
  return [allow(['s3:GetObject'], [`${bucketArn}/${key}`]), allow(['s3:ListBucket'], [bucketArn])];
}

/** Lets a role keep objects below a key prefix of a bucket: read, write and delete them. */
export function keepPrefix(bucketArn: string, prefix: string): PolicyStatement[] {
  return [
    ...readPrefix(bucketArn, prefix),
    allow(['s3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'], [`${bucketArn}/${prefix}*`]),
  ];
}

/**
 * Lets a role read S3 objects under a KMS key (`kms:Decrypt`), or write them (`kms:GenerateDataKey`; an upload in parts needs both).
 * Nothing where there is no key. Source: "Using server-side encryption with AWS KMS keys", S3's user guide.
 */
export function useKeyInS3(
  key: IKey | undefined,
  ...actions: ('kms:Decrypt' | 'kms:GenerateDataKey')[]
): PolicyStatement[] {
  return key
    ? [
        allow(actions, [key.keyArn], {
          StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.${Aws.URL_SUFFIX}` },
        }),
      ]
    : [];
}

/** Lets SageMaker, in a role's name, attach volumes under a KMS key. Nothing where there is no key. */
export function attachVolumesUnder(key: IKey | undefined): PolicyStatement[] {
  return key
    ? [allow(['kms:CreateGrant'], [key.keyArn], { Bool: { 'kms:GrantIsForAWSResource': 'true' } })]
    : [];
}

/** The ARN of a log group with everything in it. */
export function logGroupContents(scope: Construct, logGroupName: string): string {
  return Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `${logGroupName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Lets a role write log streams into a group; not create the group, so that one that was deleted does not come back. */
export function writeLogs(scope: Construct, logGroupName: string): PolicyStatement {
  return allow(
    ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    [logGroupContents(scope, logGroupName)],
  );
}

/** Lets a role make a log group that is SageMaker's own, shared by all of an account: it may be the first to write there. */
export function createSharedLogGroup(scope: Construct, logGroupName: string): PolicyStatement {
  return allow(['logs:CreateLogGroup'], [logGroupContents(scope, logGroupName)]);
}

/** Lets a role publish metrics in one namespace. */
export function publishMetrics(namespace: string): PolicyStatement {
  return allow(
    ['cloudwatch:PutMetricData'],
    // AWS has no resource for metrics: the namespace is what can be scoped.
    ['*'],
    { StringEquals: { 'cloudwatch:namespace': namespace } },
  );
}

/** What SageMaker does in the role's name to put instances into a VPC. Source: "Amazon SageMaker roles", CreateTrainingJob with a VPC. */
export function attachToVpc(): PolicyStatement {
  return allow(
    [
      'ec2:CreateNetworkInterface',
      'ec2:CreateNetworkInterfacePermission',
      'ec2:DeleteNetworkInterface',
      'ec2:DeleteNetworkInterfacePermission',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeVpcs',
      'ec2:DescribeDhcpOptions',
      'ec2:DescribeSubnets',
      'ec2:DescribeSecurityGroups',
    ],
    // The interfaces do not exist yet, and Describe* cannot be scoped.
    ['*'],
  );
}
