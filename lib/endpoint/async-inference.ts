import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { allow, readPrefix, s3Arn, useKeyInS3 } from '../aws/sagemaker-permissions';
import { ASYNC_FAILURE_PREFIX, ASYNC_INPUT_PREFIX, ASYNC_OUTPUT_PREFIX } from '../names';
import { VARIANT_NAME } from './variant-name';

/** Requests that wait for each instance, on average, before another one comes. Source: AWS's example, "Autoscale an asynchronous endpoint". */
const BACKLOG_PER_INSTANCE = 5;

/** Seconds between two changes of the number of instances, so that one that comes up is not taken for none. */
const COOLDOWN = 300;

const NAMESPACE = 'AWS/SageMaker';

/** Where SageMaker puts the answers, and how many requests an instance gets at once. */
export function asyncInferenceConfig(
  bucket: IBucket,
  maxConcurrentInvocationsPerInstance: number | undefined,
): CfnEndpointConfig.AsyncInferenceConfigProperty {
  const uri = (prefix: string) => `s3://${bucket.bucketName}/${prefix}`;
  return {
    outputConfig: {
      s3OutputPath: uri(ASYNC_OUTPUT_PREFIX),
      s3FailurePath: uri(ASYNC_FAILURE_PREFIX),
      kmsKeyId: bucket.encryptionKey?.keyArn,
    },
    clientConfig:
      maxConcurrentInvocationsPerInstance === undefined ? undefined : { maxConcurrentInvocationsPerInstance },
  };
}

/** Lets a role read requests and write answers. */
export function keepRequests(scope: Construct, bucket: IBucket): PolicyStatement[] {
  const bucketArn = s3Arn(scope, bucket.bucketName);
  return [
    ...readPrefix(bucketArn, ASYNC_INPUT_PREFIX),
    ...useKeyInS3(bucket.encryptionKey, 'kms:GenerateDataKey'),
    allow(
      ['s3:PutObject', 's3:AbortMultipartUpload'],
      [`${bucketArn}/${ASYNC_OUTPUT_PREFIX}*`, `${bucketArn}/${ASYNC_FAILURE_PREFIX}*`],
    ),
  ];
}

/**
 * Scales a variant with its backlog, down to no instance and up again.
 *
 * Target tracking follows the backlog per instance, which does not exist without an instance: the first one comes by a step on
 * HasBacklogWithoutCapacity. Source: "Autoscale an asynchronous endpoint", SageMaker's developer guide. Application Auto Scaling
 * works by its service-linked role.
 */
export function scaleToZero(scope: Construct, endpoint: CfnEndpoint, maxCapacity: number): void {
  const endpointName = endpoint.attrEndpointName;
  const target = new CfnScalableTarget(scope, 'Capacity', {
    serviceNamespace: 'sagemaker',
    scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    resourceId: `endpoint/${endpointName}/variant/${VARIANT_NAME}`,
    minCapacity: 0,
    maxCapacity,
  });
  const dimensions = [{ name: 'EndpointName', value: endpointName }];
  new CfnScalingPolicy(scope, 'FollowBacklog', {
    policyName: 'follow-backlog',
    policyType: 'TargetTrackingScaling',
    scalingTargetId: target.ref,
    targetTrackingScalingPolicyConfiguration: {
      targetValue: BACKLOG_PER_INSTANCE,
      scaleInCooldown: COOLDOWN,
      scaleOutCooldown: COOLDOWN,
      customizedMetricSpecification: {
        namespace: NAMESPACE,
        metricName: 'ApproximateBacklogSizePerInstance',
        dimensions,
        statistic: 'Average',
      },
    },
  });
  const wake = new CfnScalingPolicy(scope, 'Wake', {
    policyName: 'wake',
    policyType: 'StepScaling',
    scalingTargetId: target.ref,
    stepScalingPolicyConfiguration: {
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Average',
      cooldown: COOLDOWN,
      stepAdjustments: [{ metricIntervalLowerBound: 0, scalingAdjustment: 1 }],
    },
  });
  new CfnAlarm(scope, 'WakeAlarm', {
    alarmDescription: 'Requests wait and no instance is there',
    namespace: NAMESPACE,
    metricName: 'HasBacklogWithoutCapacity',
    dimensions,
    statistic: 'Average',
    period: 60,
    evaluationPeriods: 2,
    datapointsToAlarm: 2,
    threshold: 1,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'missing',
    alarmActions: [wake.ref],
  });
}
