import {
  AddTagsCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobRequest,
  DeleteTagsCommand,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  type SageMakerClient,
  StopTrainingJobCommand,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import { TERMINAL_STATUSES } from '../training-job-contract';
import {
  isInUse,
  isInvalid,
  isNameTaken,
  isNotFound,
  isQuotaExceeded,
  isUnsupported,
  unless,
} from './api-errors';
import { quotasLink } from './console-link';
import { repeated } from './retry';
import type { Services } from './services';

/** Whether a job with this status does not move again. */
export function hasEnded(status: string | undefined): boolean {
  return (TERMINAL_STATUSES as readonly unknown[]).includes(status);
}

/** SageMaker's training jobs, in the terms of this resource: what is gone or already so is no error. */
export class TrainingJobs {
  private readonly client: SageMakerClient;

  constructor(private readonly services: Services) {
    this.client = services.sagemaker;
  }

  /**
   * Starts a job, once: a job that has this name already is this job, started by an earlier delivery.
   *
   * @throws Error with the quota's name and the way out, when the account may not run such an instance
   */
  public async create(request: CreateTrainingJobRequest): Promise<'created' | 'exists'> {
    try {
      await this.client.send(new CreateTrainingJobCommand(request));
      return 'created';
    } catch (error) {
      if (isNameTaken(error) && (await this.describe(request.TrainingJobName!))) {
        return 'exists';
      }
      if (isQuotaExceeded(error)) {
        throw new Error(
          `${(error as Error).message} (ask for a higher quota at ${quotasLink(this.services.region)}, or choose another instanceType)`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  /** The job's record, or undefined when it is gone. */
  public async describe(jobName: string): Promise<DescribeTrainingJobResponse | undefined> {
    const described = this.client.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName }));
    return unless(isNotFound, described);
  }

  /** Asks a job to stop; one that has ended meanwhile refuses, which is as good. */
  public async stop(jobName: string): Promise<void> {
    const stopped = this.client.send(new StopTrainingJobCommand({ TrainingJobName: jobName }));
    await unless((error) => isNotFound(error) || isInvalid(error), stopped);
  }

  /** Deletes the record of a job that has ended, and waits a while for one that has not settled. */
  public async delete(jobName: string): Promise<void> {
    // The operation is younger than the SDK that some runtimes have; a record that stays costs nothing.
    if (typeof DeleteTrainingJobCommand !== 'function') {
      return;
    }
    const deleted = repeated(
      this.services,
      () => this.client.send(new DeleteTrainingJobCommand({ TrainingJobName: jobName })),
      (error) => isInUse(error) && !isNotFound(error),
    );
    await unless((error) => isNotFound(error) || isUnsupported(error), deleted);
  }

  /** Makes `after` of a job's tags `before`. */
  public async retag(jobArn: string, before: readonly Tag[], after: readonly Tag[]): Promise<void> {
    const kept = new Set(after.map((tag) => tag.Key));
    const TagKeys = before.map((tag) => tag.Key!).filter((key) => !kept.has(key));
    if (TagKeys.length > 0) {
      await this.client.send(new DeleteTagsCommand({ ResourceArn: jobArn, TagKeys }));
    }
    if (after.length > 0) {
      await this.client.send(new AddTagsCommand({ ResourceArn: jobArn, Tags: [...after] }));
    }
  }
}
