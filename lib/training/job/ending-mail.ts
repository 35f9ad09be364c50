import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { type Mail, sendMail } from '../../aws/mail';
import { mailKey, projectOfTrainingJob } from '../../names';
import { bucketOfResults } from './console-link';
import type { Services } from './services';

/** What a mail says of a job beside its record. */
export interface Ending {
  readonly succeeded: boolean;
  /** A phrase that names the job and what happened, perhaps with its last lines. */
  readonly reason: string;
  /** Where its log is read. */
  readonly log: string;
}

/** The mail about a job's end: what happened, the metrics that it has, where its model or its log is. */
export function endingMail(job: DescribeTrainingJobResponse, { succeeded, reason, log }: Ending): Mail {
  const project = projectOfTrainingJob(job.TrainingJobName ?? '') ?? job.TrainingJobName;
  const metrics = (job.FinalMetricDataList ?? []).map(
    ({ MetricName, Value = Number.NaN }) => `  ${MetricName}: ${Number(Value.toPrecision(6))}`,
  );
  const { InstanceType, InstanceCount } = job.ResourceConfig ?? {};
  const paragraphs = [
    `The ${reason.trimEnd()}${reason.includes('\n') ? '' : '.'}`,
    metrics.length > 0 ? `Metrics:\n${metrics.join('\n')}` : '',
    job.BillableTimeInSeconds === undefined
      ? ''
      : `Billed: ${job.BillableTimeInSeconds} seconds of ${InstanceCount} ${InstanceType}.`,
    succeeded
      ? `Its model: ${job.ModelArtifacts?.S3ModelArtifacts}`
      : 'A model that served before serves on.',
    `Its log: ${log}`,
  ];
  return {
    subject: `Training of ${project} ${subjectOf(job, succeeded)}`,
    text: paragraphs.filter((paragraph) => paragraph !== '').join('\n\n'),
  };
}

function subjectOf({ TrainingJobStatus }: DescribeTrainingJobResponse, succeeded: boolean): string {
  switch (TrainingJobStatus) {
    case 'Completed':
      return succeeded ? 'completed' : 'completed, but not within its gate';
    case 'Stopped':
      return 'was stopped';
    default:
      return 'failed';
  }
}

/**
 * Tells of a job's end once, whoever wants to be told: the event, the schedule's looks and their repetitions may come at the same time.
 * The first one writes the mail into the project's bucket, beside the job's results; S3 lets none after it.
 */
export async function tellOfEnding(
  job: DescribeTrainingJobResponse,
  ending: Ending,
  services: Services,
): Promise<void> {
  const { topicArn, s3, sns } = services;
  const Bucket = bucketOfResults(job);
  if (topicArn === undefined || Bucket === undefined) {
    return;
  }
  const mail = endingMail(job, ending);
  const Key = mailKey(job.TrainingJobName!);
  try {
    await s3.send(
      new PutObjectCommand({
        ...{ Bucket, Key, Body: `${mail.subject}\n\n${mail.text}\n`, IfNoneMatch: '*' },
        ContentType: 'text/plain; charset=utf-8',
      }),
    );
  } catch (error) {
    if ((error as Error).name === 'PreconditionFailed') {
      return;
    }
    // Told twice is better than not at all.
    console.error('the mail could not be kept', error);
  }
  await sendMail(sns, topicArn, mail);
}
