import {
  paginateListTrainingJobs,
  type SageMakerClient,
  type TrainingJobSummary,
} from '@aws-sdk/client-sagemaker';
import { projectOfTrainingJob, trainingJobNamePrefix } from '../../names';
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
  const wanted = {
    NameContains: trainingJobNamePrefix(projectName, ''),
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
    MaxResults: 100,
  } as const;
  for await (const page of paginateListTrainingJobs({ client }, wanted, { abortSignal: signal })) {
    // `unet` has no part in the jobs of `unet-large`.
    const own = (page.TrainingJobSummaries ?? []).filter(
      (job) => projectOfTrainingJob(job.TrainingJobName ?? '') === projectName,
    );
    if (own.length > 0) {
      return own;
    }
  }
  return [];
}

/** The job that a person means who names none: the newest that has not ended, or the newest. */
export function jobToWatch(newest: readonly TrainingJobSummary[]): TrainingJobSummary | undefined {
  return newest.find((job) => !hasEnded(job.TrainingJobStatus)) ?? newest[0];
}
