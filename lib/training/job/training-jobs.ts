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
  isPassing,
  isUnsupported,
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

  constructor(private readonly services: Pick<Services, 'sagemaker' | 'clock' | 'until' | 'region'>) {
    this.client = services.sagemaker;
  }

  /**
   * Starts a job, once: a job that has this name already is this job, started by an earlier delivery.
   *
   * @throws Error with the quota's name and the way out, when the account may not run such an instance
   */
  public async create(request: CreateTrainingJobRequest): Promise<'created' | 'exists'> {
    try {
      await this.call(() => this.client.send(new CreateTrainingJobCommand(request)));
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
    return this.unless(isNotFound, () =>
      this.client.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
    );
  }

  /** Asks a job to stop; one that has ended meanwhile refuses, which is as good. */
  public async stop(jobName: string): Promise<void> {
    await this.unless(
      (error) => isNotFound(error) || isInvalid(error),
      () => this.client.send(new StopTrainingJobCommand({ TrainingJobName: jobName })),
    );
  }

  /** Deletes the record of a job that has ended, and waits a while for one that has not settled. */
  public async delete(jobName: string): Promise<void> {
    // The operation is younger than the SDK that some runtimes have; a record that stays costs nothing.
    if (typeof DeleteTrainingJobCommand !== 'function') {
      return;
    }
    await this.unless(
      (error) => isNotFound(error) || isUnsupported(error),
      () => this.client.send(new DeleteTrainingJobCommand({ TrainingJobName: jobName })),
      (error) => isPassing(error) || (isInUse(error) && !isNotFound(error)),
    );
  }

  /** Makes `after` of a job's tags `before`. */
  public async retag(jobArn: string, before: readonly Tag[], after: readonly Tag[]): Promise<void> {
    const kept = new Set(after.map((tag) => tag.Key));
    const TagKeys = before.map((tag) => tag.Key!).filter((key) => !kept.has(key));
    if (TagKeys.length > 0) {
      await this.call(() => this.client.send(new DeleteTagsCommand({ ResourceArn: jobArn, TagKeys })));
    }
    if (after.length > 0) {
      await this.call(() => this.client.send(new AddTagsCommand({ ResourceArn: jobArn, Tags: [...after] })));
    }
  }

  /** A call of which one kind of error means that there is nothing to do. */
  private async unless<T>(
    nothingToDo: (error: unknown) => boolean,
    send: () => Promise<T>,
    retryable?: (error: unknown) => boolean,
  ): Promise<T | undefined> {
    try {
      return await this.call(send, retryable);
    } catch (error) {
      if (nothingToDo(error)) {
        return undefined;
      }
      throw error;
    }
  }

  private call<T>(send: () => Promise<T>, retryable?: (error: unknown) => boolean): Promise<T> {
    return repeated(this.services, send, retryable);
  }
}
