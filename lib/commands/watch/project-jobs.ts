import {
  ListTrainingJobsCommand,
  type SageMakerClient,
  type TrainingJobSummary,
} from '@aws-sdk/client-sagemaker';
import { hasEnded } from '../../training/job/training-jobs';

/**
 * The newest training jobs of a project, at least one if there is any; the newest first.
 * @throws what the client throws
 */
export async function newestJobs(
  client: SageMakerClient,
  projectName: string,
  signal: AbortSignal,
): Promise<TrainingJobSummary[]> {
  // The request's hash and the attempt's: `unet` has no part in the jobs of `unet-large`.
  const isOwn = new RegExp(`^${projectName}-[0-9a-f]{10}-[0-9a-f]{8}$`);
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new ListTrainingJobsCommand({
        NameContains: `${projectName}-`,
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        MaxResults: 100,
        NextToken: nextToken,
      }),
      { abortSignal: signal },
    );
    const own = (page.TrainingJobSummaries ?? []).filter((job) => isOwn.test(job.TrainingJobName ?? ''));
    if (own.length > 0) {
      return own;
    }
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return [];
}

/** The job that a person means who names none: the newest that has not ended, or the newest. */
export function jobToWatch(newest: readonly TrainingJobSummary[]): TrainingJobSummary | undefined {
  return newest.find((job) => !hasEnded(job.TrainingJobStatus)) ?? newest[0];
}
