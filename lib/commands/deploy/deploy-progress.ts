import type { CommandContext } from '../../console/main';
import { stackNameParts, TRAINING_JOB_RESOURCE_TYPE } from '../../names';
import { hasEnded } from '../../training/job/training-jobs';
import { newestJobs } from '../watch/project-jobs';
import { AWS_SERVICES, TrainingWatch } from '../watch/training-watch';
import { stackEvent, type StackEvent } from './cdk-output';

/**
 * Shows how far a deploy is: a line that moves on a terminal, a line for each stack in a log; and the training job that it waits
 * for, from the job's start to its end, as `npm run watch` does.
 */
export class DeployProgress {
  /** All that the CLI said. */
  public readonly lines: string[] = [];
  /** The last thing that CloudFormation did. */
  public last: StackEvent | undefined;
  private readonly began = Date.now();
  private readonly ended = new AbortController();
  private readonly watches: Promise<void>[] = [];
  /** Whether a job is shown in the place of the line that moves. */
  private isJobShown = false;

  public constructor(
    private readonly region: string,
    private readonly context: CommandContext,
  ) {}

  /** Takes a line of the CLI. */
  public take(line: string): void {
    this.lines.push(line);
    const event = stackEvent(line);
    if (!event) {
      return;
    }
    const { terminal } = this.context;
    const { stack, done, status, type, resource } = event;
    if (type === 'AWS::CloudFormation::Stack' && /(COMPLETE|FAILED)$/.test(status)) {
      terminal.info(`${stack}: ${status}`);
    } else if (stack !== this.last?.stack && !terminal.interactive) {
      terminal.info(`${stack}: deploying`);
    } else if (terminal.interactive && !this.isJobShown) {
      terminal.progress(`${stack} ${done}  ${resource} ${status}`);
    }
    this.last = event;
    // Once the job's resource is there, so is the job.
    const project = stackNameParts(stack)?.projectName;
    if (type === TRAINING_JOB_RESOURCE_TYPE && /^(CREATE|UPDATE)_COMPLETE$/.test(status) && project) {
      this.watches.push(this.follow(project));
    }
  }

  /** The deploy has ended: so does what is shown. */
  public async end(): Promise<void> {
    this.ended.abort();
    await Promise.all(this.watches);
    this.context.terminal.clearProgress();
  }

  private async follow(project: string): Promise<void> {
    const { region } = this;
    const { terminal } = this.context;
    const signal = AbortSignal.any([this.context.signal, this.ended.signal]);
    const services = AWS_SERVICES;
    try {
      // A gate that changes alone has no job of its own: the last one is not shown again.
      const job = (await newestJobs(services.connect().sagemaker, project, signal)).find(
        ({ TrainingJobStatus: status, CreationTime: created }) =>
          !hasEnded(status) || (created && created.getTime() >= this.began),
      );
      if (!job) {
        return;
      }
      const jobName = job.TrainingJobName!;
      const watch = new TrainingWatch({ jobName, region, terminal, services, signal });
      this.isJobShown = true;
      try {
        await watch.follow();
      } finally {
        this.isJobShown = false;
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
