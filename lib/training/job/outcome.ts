import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { type MinimumMetrics, shortfalls } from './minimum-metrics';

/** How a training job ended, for the stack and for the person who reads the stack's events. */
export interface Outcome {
  readonly succeeded: boolean;
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
      return job.TrainingJobStatus === 'Stopped'
        ? 'was stopped by hand (StopTrainingJob): deploy again to train again'
        : `failed: ${job.FailureReason ?? 'SageMaker gave no reason'}`;
  }
}
