import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { TERMINAL_EVENT_DETAIL, TrainingJobProperty } from '../training-job-contract';
import { logLink } from './console-link';
import { trainingJobName } from './job-name';
import { type MinimumMetrics, unreported } from './minimum-metrics';
import { trainingOutcome } from './outcome';
import { jsonWithReason, putJson } from './presigned-put';
import type { Services } from './services';
import { hasEnded, TrainingJobs } from './training-jobs';

/** What the event rule's input transformer makes of a training job's change of state. */
export interface TerminalEvent {
  /** A presigned URL: never logged. */
  readonly [TrainingJobProperty.WAIT_CONDITION_HANDLE]: string;
  readonly [TrainingJobProperty.NAME_PREFIX]: string;
  readonly [TrainingJobProperty.MINIMUM_METRICS]?: MinimumMetrics;
  /** Shaped as DescribeTrainingJob's answer. */
  readonly [TERMINAL_EVENT_DETAIL]: DescribeTrainingJobResponse;
}

/** Final metrics may be recorded a little after the job has ended: how often to look again, and milliseconds between. */
const METRIC_ATTEMPTS = 6;
const METRIC_INTERVAL = 10_000;

/**
 * Signals the wait condition how its job ended. An event that is not for this handle's job, or not its end, is none of its
 * business and is let pass.
 *
 * @throws Error when the handle keeps refusing: Lambda then delivers the event again
 */
export async function handleTerminalEvent(
  event: TerminalEvent,
  services: Services,
  until: number,
): Promise<void> {
  const { TrainingJobName: jobName, TrainingJobStatus: status } = event.detail;
  const expected = trainingJobName(event);
  if (jobName !== expected) {
    console.log(`ignored: the event is for training job ${jobName}, the stack waits for ${expected}`);
    return;
  }
  if (!hasEnded(status)) {
    console.log(`ignored: training job ${jobName} is ${status}, which is not its end`);
    return;
  }
  const minimumMetrics = event.MinimumMetrics ?? {};
  const job = await settledJob(event.detail, minimumMetrics, services, until);
  const { succeeded, reason } = trainingOutcome(job, minimumMetrics);
  console.log(reason);
  const signal = {
    Status: succeeded ? 'SUCCESS' : 'FAILURE',
    // A repeated delivery is the same signal.
    UniqueId: jobName,
    Data: job.ModelArtifacts?.S3ModelArtifacts ?? '',
  };
  const body = jsonWithReason(signal, reason, `; its log: ${logLink(jobName, services.region)}`);
  await putJson(event.WaitConditionHandle, body, services);
}

/** The job's record, with its final metrics; the event's own detail when the record is gone. */
async function settledJob(
  detail: DescribeTrainingJobResponse,
  minimumMetrics: MinimumMetrics,
  { clock, ...services }: Services,
  until: number,
): Promise<DescribeTrainingJobResponse> {
  const jobs = new TrainingJobs({ clock, ...services }, until);
  for (let attempt = 1; ; attempt++) {
    const record = await jobs.describe(detail.TrainingJobName!);
    if (!record || !hasEnded(record.TrainingJobStatus)) {
      return detail;
    }
    const complete =
      record.TrainingJobStatus !== 'Completed' ||
      unreported(minimumMetrics, record.FinalMetricDataList).length === 0;
    if (complete || attempt === METRIC_ATTEMPTS || clock.now() + METRIC_INTERVAL > until) {
      return record;
    }
    await clock.sleep(METRIC_INTERVAL);
  }
}
