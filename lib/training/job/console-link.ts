import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { keptLogKey, TRAINING_LOG_GROUP } from '../../names';

/** The AWS console of a region, in the region's partition. */
function consoleUrl(region: string): string {
  if (region.startsWith('cn-')) {
    return `https://${region}.console.amazonaws.cn`;
  }
  if (region.startsWith('us-gov-')) {
    return `https://${region}.console.amazonaws-us-gov.com`;
  }
  return `https://${region}.console.aws.amazon.com`;
}

/** Where a person reads a job's log: the page that SageMaker's own console links to. */
export function logLink(jobName: string, region: string): string {
  return `${consoleUrl(region)}/cloudwatch/home?region=${region}#logStream:group=${TRAINING_LOG_GROUP};prefix=${jobName};streamFilter=typeLogStreamPrefix`;
}

/** The bucket of a job's results. */
export function bucketOfResults(job: {
  readonly OutputDataConfig?: Partial<DescribeTrainingJobResponse['OutputDataConfig']>;
}): string | undefined {
  return /^s3:\/\/([^/]+)/.exec(job.OutputDataConfig?.S3OutputPath ?? '')?.[1];
}

/** Where the log of a project's job is kept that did not succeed: in the bucket of its results. */
export function keptLogPlace(jobName: string, bucket: string, region: string): string {
  const key = keptLogKey(jobName);
  return `s3://${bucket}/${key} (${objectLink(bucket, key, region)})`;
}

/** Where a person opens an object of S3. */
function objectLink(bucket: string, key: string, region: string): string {
  return `${consoleUrl(region)}/s3/object/${bucket}?region=${region}&prefix=${encodeURIComponent(key)}`;
}

/** Where a person asks for a higher SageMaker quota. */
export function quotasLink(region: string): string {
  return `${consoleUrl(region)}/servicequotas/home/services/sagemaker/quotas`;
}
