import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { keptMetricsKey, modelKey, trainingJobsKeyPrefix } from '../../names';
import { bucketOfResults } from './console-link';
import { type FinalMetric, type MinimumMetrics, shortfalls } from './minimum-metrics';

/** The model of a job that completed, and that its gate refused: it lies in the bucket, though its job's record is gone. */
export interface KeptModel {
  /** The job that trained it. */
  readonly jobName: string;
  readonly finalMetrics: readonly FinalMetric[];
  /** Where its metrics lie: without them nobody finds the model. */
  readonly place: string;
}

/**
 * Keeps the metrics of a job that completed beside its model, as long as the bucket: the next deploy of the same request checks the model
 * against its own gate, and trains nothing. A repeated copy is the same object.
 *
 * @returns whether they are kept
 */
export async function keepMetrics(job: DescribeTrainingJobResponse, s3: S3Client): Promise<boolean> {
  const { TrainingJobName, FinalMetricDataList = [] } = job;
  const Bucket = bucketOfResults(job);
  if (Bucket === undefined) {
    return false;
  }
  const Key = keptMetricsKey(TrainingJobName!);
  const Body = JSON.stringify(FinalMetricDataList.map(({ MetricName, Value }) => ({ MetricName, Value })));
  try {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/json' }));
    return true;
  } catch (error) {
    console.error(`the metrics of ${TrainingJobName} could not be kept`, error);
    return false;
  }
}

/**
 * The newest model that was kept of a request.
 * @param namePrefix what the names of all the request's jobs begin with
 * @param Bucket the project's
 */
export async function findKeptModel(
  namePrefix: string,
  Bucket: string | undefined,
  s3: S3Client,
): Promise<KeptModel | undefined> {
  if (Bucket === undefined) {
    return undefined;
  }
  const Prefix = trainingJobsKeyPrefix(namePrefix);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  const keys = new Set(Contents.map(({ Key }) => Key!));
  const [newest] = Contents.flatMap(({ Key = '', LastModified }) => {
    const [jobName = ''] = Key.slice(Key.indexOf('/') + 1).split('/');
    return Key === keptMetricsKey(jobName) && keys.has(modelKey(jobName))
      ? [{ Key, jobName, time: LastModified?.getTime() ?? 0 }]
      : [];
  }).toSorted((one, other) => other.time - one.time);
  if (!newest) {
    return undefined;
  }
  const { Key, jobName } = newest;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const finalMetrics = JSON.parse((await Body?.transformToString()) ?? '[]') as FinalMetric[];
  return { jobName, finalMetrics, place: `s3://${Bucket}/${Key}` };
}

/** What keeps a kept model from passing a gate, with the ways out; undefined if it passes. */
export function keptModelProblem(
  { jobName, finalMetrics, place }: KeptModel,
  minimumMetrics: MinimumMetrics,
): string | undefined {
  const short = shortfalls(minimumMetrics, finalMetrics);
  return short.length === 0
    ? undefined
    : `the model of this very training, of job ${jobName}, is in the bucket and not within minimumMetrics: ${short.join('; ')}; ` +
        `lower them, change the training, or train again: npm run deploy -- --retrain, which deletes ${place}`;
}
