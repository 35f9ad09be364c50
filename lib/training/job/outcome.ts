import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { type MinimumMetrics, shortfalls } from './minimum-metrics';

/** How a training job ended, for the stack and for the person who reads the stack's events. */
export interface Outcome {
  readonly succeeded: boolean;
  /** Whether it completed, and its gate alone refused its model. */
  readonly isRefused?: boolean;
  /** A phrase that names the job, what happened and the way out. */
  readonly reason: string;
}

/** Judges a job that has ended: only one that completed and passed its gate has succeeded. */
export function trainingOutcome(job: DescribeTrainingJobResponse, minimumMetrics: MinimumMetrics): Outcome {
  const name = `training job ${job.TrainingJobName}`;
  if (job.TrainingJobStatus !== 'Completed') {
    return { succeeded: false, reason: `${name} ${whyNotCompleted(job)}` };
  }
  const short = shortfalls(minimumMetrics, job.FinalMetricDataList);
  if (short.length > 0) {
    return {
      succeeded: false,
      isRefused: true,
      reason: `${name} completed, but not within minimumMetrics: ${short.join('; ')}`,
    };
  }
  return { succeeded: true, reason: `${name} completed` };
}

function whyNotCompleted(job: DescribeTrainingJobResponse): string {
  // A job over its time is Stopped, not Failed: only the secondary status tells it from one stopped by hand.
  switch (job.SecondaryStatus) {
    case 'MaxRuntimeExceeded':
      return `was stopped at its longest run of ${job.StoppingCondition?.MaxRuntimeInSeconds} seconds: raise maxRuntime, and the budget if there is one, or let it train less`;
    case 'MaxWaitTimeExceeded':
      return `was stopped at its longest wait of ${job.StoppingCondition?.MaxWaitTimeInSeconds} seconds: spot capacity did not suffice, deploy again, raise maxWait, or train on demand without spot`;
    default:
      if (neverHadCapacity(job)) {
        return `had no capacity: no ${job.ResourceConfig?.InstanceType ?? 'instance'} came; deploy again later, take another instanceType or region, or raise maxPendingTime${job.FailureReason ? ` (SageMaker: ${job.FailureReason})` : ''}`;
      }
      return job.TrainingJobStatus === 'Stopped'
        ? 'was stopped by hand (StopTrainingJob): deploy again to train again'
        : `failed: ${job.FailureReason ?? 'SageMaker gave no reason'}`;
  }
}

/** Whether a job waited for instances until it was given up: SageMaker has no status of its own for that. */
function neverHadCapacity(job: DescribeTrainingJobResponse): boolean {
  if (/^CapacityError/.test(job.FailureReason ?? '')) {
    return true;
  }
  const allowed = job.StoppingCondition?.MaxPendingTimeInSeconds;
  // An event has milliseconds where the API has dates.
  const moment = (time: Date | undefined) => new Date(time ?? Number.NaN).getTime();
  const waited = (moment(job.TrainingEndTime ?? job.LastModifiedTime) - moment(job.CreationTime)) / 1000;
  return allowed !== undefined && job.TrainingStartTime === undefined && waited >= allowed;
}
