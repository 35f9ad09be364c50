import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { formatUsd } from '../../cost/money';
import { PRICES, type Prices } from '../../cost/prices';
import { trainingRunCost } from '../../cost/training-run-cost';
import { hasEnded } from '../../training/job/training-jobs';

/** What a training job has cost so far, in USD. */
export interface JobCost {
  /** The instances and their volumes, on demand, for the billable time so far. Undefined when a price is unknown. */
  readonly soFar: number | undefined;
  /** The same for the longest run. */
  readonly most: number | undefined;
  /** Whether the job runs on spot instances: up to `soFar`, and usually less, until the billable time is known at the end. */
  readonly spot: boolean;
  readonly ended: boolean;
  /** Parts that are in no amount, each with its reason. */
  readonly unknown: readonly string[];
}

/**
 * The cost of a job at a moment. SageMaker bills from TrainingStartTime to TrainingEndTime, for each instance; at the end it
 * gives that time as BillableTimeInSeconds, spot savings taken off.
 * @param now milliseconds since 1970
 */
export function jobCost(
  job: DescribeTrainingJobResponse,
  region: string,
  now: number,
  prices: Prices = PRICES,
): JobCost {
  const run = trainingRunCost({ ...job }, region, prices);
  const ended = hasEnded(job.TrainingJobStatus);
  const begun = job.TrainingStartTime?.getTime();
  const end = job.TrainingEndTime?.getTime() ?? now;
  const seconds = job.BillableTimeInSeconds ?? (begun === undefined ? 0 : Math.max(0, end - begun) / 1000);
  return {
    // `most` is a rate for the longest run: this is the same rate for the time so far.
    soFar: run.most === undefined ? undefined : (run.most * seconds) / run.maxRuntimeInSeconds!,
    most: run.most,
    spot: run.spot,
    ended,
    unknown: run.unknown,
  };
}

/** The cost for a person: `$0.04 so far, at most $0.46`. What is unknown is said to be, never free. */
export function costText({ soFar, most, spot, ended }: JobCost): string {
  if (soFar === undefined || most === undefined) {
    return 'cost unknown';
  }
  return ended
    ? `cost ${formatUsd(soFar)}`
    : `${formatUsd(soFar)} so far, at most ${formatUsd(most)}${spot ? ', less by spot' : ''}`;
}
