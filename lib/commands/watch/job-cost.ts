import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { formatUsd } from '../../cost/money';
import { PRICES, type Prices } from '../../cost/prices';
import { trainingRunCost } from '../../cost/training-run-cost';
import { hasEnded } from '../../training/job/training-jobs';

/**
 * What a job has cost so far, on demand, in USD: `$0.04 so far, at most $0.46`. What is unknown is said to be, never free.
 * SageMaker bills from TrainingStartTime to TrainingEndTime, for each instance; at the end it gives that time as
 * BillableTimeInSeconds, spot savings taken off.
 * @param now milliseconds since 1970
 */
export function costText(
  job: DescribeTrainingJobResponse,
  region: string,
  now: number,
  prices: Prices = PRICES,
): string {
  const { most, maxRuntimeInSeconds, spot } = trainingRunCost({ ...job }, region, prices);
  if (most === undefined) {
    return 'cost unknown';
  }
  const begun = job.TrainingStartTime?.getTime();
  const end = job.TrainingEndTime?.getTime() ?? now;
  const seconds = job.BillableTimeInSeconds ?? (begun === undefined ? 0 : Math.max(0, end - begun) / 1000);
  // `most` is a rate for the longest run: this is the same rate for the time so far.
  const soFar = formatUsd((most * seconds) / maxRuntimeInSeconds!);
  return hasEnded(job.TrainingJobStatus)
    ? `cost ${soFar}`
    : `${soFar} so far, at most ${formatUsd(most)}${spot ? ', less by spot' : ''}`;
}

/** What of a job is in no amount, each part with its reason. */
export function costNotes(
  job: DescribeTrainingJobResponse,
  region: string,
  prices: Prices = PRICES,
): string[] {
  return trainingRunCost({ ...job }, region, prices).unknown.map((part) => `not in the cost: ${part}`);
}
