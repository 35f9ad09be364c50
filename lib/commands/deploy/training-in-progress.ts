import type { Terminal } from '../../console/terminal';
import { stackNameParts, TRAINING_JOB_RESOURCE_TYPE } from '../../names';
import { hasEnded } from '../../training/job/training-jobs';
import { newestJobs } from '../watch/project-jobs';
import { AWS_SERVICES, TrainingWatch, type WatchServices } from '../watch/training-watch';
import type { StackEvent } from './cdk-output';

/** How the training of a deploy is shown. */
export interface TrainingInProgressProps {
  readonly region: string;
  readonly terminal: Terminal;
  /** Aborted when the person leaves. */
  readonly signal: AbortSignal;
}

/** Shows the training job that a deploy waits for, from the job's start to its end, as `npm run watch` does. */
export class TrainingInProgress {
  /** Whether a job is shown now. */
  public isShown = false;
  private readonly began: number;
  private readonly ended = new AbortController();
  private readonly watches: Promise<void>[] = [];

  public constructor(
    private readonly props: TrainingInProgressProps,
    private readonly services: WatchServices = AWS_SERVICES,
  ) {
    this.began = services.now();
  }

  /** Takes what CloudFormation did: once the job's resource is there, so is the job. */
  public take({ stack, type, status }: StackEvent): void {
    const project = stackNameParts(stack)?.projectName;
    if (type === TRAINING_JOB_RESOURCE_TYPE && /^(CREATE|UPDATE)_COMPLETE$/.test(status) && project) {
      this.watches.push(this.follow(project));
    }
  }

  /** The deploy has ended: so does what is shown. */
  public async end(): Promise<void> {
    this.ended.abort();
    await Promise.all(this.watches);
  }

  private async follow(project: string): Promise<void> {
    const { terminal, region } = this.props;
    const signal = AbortSignal.any([this.props.signal, this.ended.signal]);
    try {
      const { sagemaker } = this.services.connect();
      // A gate that changes alone has no job of its own: the last one is not shown again.
      const job = (await newestJobs(sagemaker, project, signal)).find(
        ({ TrainingJobStatus: status, CreationTime: created }) =>
          !hasEnded(status) || (created && created.getTime() >= this.began),
      );
      if (!job) {
        return;
      }
      const jobName = job.TrainingJobName!;
      const watch = new TrainingWatch({ jobName, region, terminal, services: this.services, signal });
      this.isShown = true;
      try {
        await watch.follow();
      } finally {
        this.isShown = false;
        watch.close();
      }
    } catch (error) {
      // What is shown is a help: the deploy itself goes on without it.
      if (!signal.aborted) {
        terminal.info(`the training job cannot be shown: ${(error as Error).message}`);
      }
    }
  }
}
