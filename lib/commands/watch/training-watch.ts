import { setTimeout as delay } from 'node:timers/promises';
import { DescribeTrainingJobCommand, type DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { isNotFound } from '../../training/job/api-errors';
import { type MinimumMetrics, unreported } from '../../training/job/minimum-metrics';
import { type AwsConnection, connectToAws } from './aws-connection';
import { isDenied } from '../../aws/sdk-error';
import { BlockView } from './block-view';
import { type CallFailure, callFailure } from './call-failure';
import { costNotes } from './job-cost';
import { JobLog } from './job-log';
import { PlainView } from './plain-view';
import { WatchState } from './watch-state';

/** Milliseconds between two looks at a job. */
const POLL_INTERVAL = 3_000;

/** Longest time between two attempts of a call that fails. */
const LONGEST_INTERVAL = 30_000;

/** Milliseconds between two attempts while a person has to sign in. */
const CREDENTIALS_INTERVAL = 10_000;

/** How long after its end a job's final metrics may still be missing, and milliseconds between two looks. */
const METRICS_SETTLE = 60_000;
const METRICS_INTERVAL = 10_000;

/** What a watch works with, injected so that tests run it against their own. */
export interface WatchServices {
  /** New clients, which read the credentials anew. */
  readonly connect: () => AwsConnection;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits; rejects as soon as the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** AWS itself, and the time of day. */
export const AWS_SERVICES: WatchServices = {
  connect: () => connectToAws(),
  now: () => Date.now(),
  wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

/** Which job is followed, and how. */
export interface TrainingWatchOptions {
  readonly jobName: string;
  /** Such as `eu-west-1`: the region whose prices hold. */
  readonly region: string;
  readonly terminal: Terminal;
  readonly services: WatchServices;
  /** Aborted when the person leaves. */
  readonly signal: AbortSignal;
}

/** There is no such training job, or none any more. */
export class NoSuchJob extends UserError {
  override readonly name = 'NoSuchJob';
}

/**
 * Follows one training job to its end. Once AWS has answered, nothing that may pass ends it: credentials that expire, a
 * network that goes, a service that throttles.
 */
export class TrainingWatch {
  private readonly log: JobLog;
  private readonly view: BlockView | PlainView;
  private connection: AwsConnection;
  private hasAnswered = false;
  private logIsDenied = false;

  public constructor(private readonly options: TrainingWatchOptions) {
    const { jobName, terminal, region } = options;
    this.log = new JobLog(jobName);
    this.view = terminal.interactive ? new BlockView(terminal, region) : new PlainView(terminal, region);
    this.connection = options.services.connect();
  }

  /**
   * Shows the job until it has ended and its log is read.
   * @throws NoSuchJob; the signal's reason when it is aborted; the client's error where the first call fails for a reason that
   * is the person's to mend
   */
  public async follow(): Promise<WatchState> {
    const state = new WatchState(await this.persistently(() => this.describe()));
    this.hasAnswered = true;
    for (const note of [...state.problems, ...costNotes(state.job, this.options.region)]) {
      this.options.terminal.info(note);
    }
    let isLastReading = state.hasEnded;
    for (;;) {
      await this.persistently(() => this.readLog(state));
      this.view.show(state, []);
      if (isLastReading) {
        return state;
      }
      // The log's last lines arrive a little after the end: it is read once more.
      isLastReading = state.hasEnded;
      await this.wait(POLL_INTERVAL);
      if (!isLastReading) {
        state.describe(await this.persistently(() => this.describe()));
      }
    }
  }

  /** Waits a while for the metrics of a gate, which SageMaker may record a little after the job's end. */
  public async settle(state: WatchState, minimumMetrics: MinimumMetrics): Promise<void> {
    const until = (state.job.TrainingEndTime?.getTime() ?? 0) + METRICS_SETTLE;
    while (
      state.job.TrainingJobStatus === 'Completed' &&
      unreported(minimumMetrics, state.job.FinalMetricDataList).length > 0 &&
      this.options.services.now() < until
    ) {
      await this.wait(METRICS_INTERVAL);
      state.describe(await this.persistently(() => this.describe()));
    }
  }

  /** Shows the last state for good. */
  public close(): void {
    this.view.close();
  }

  private async describe(): Promise<DescribeTrainingJobResponse> {
    try {
      return await this.connection.sagemaker.send(
        new DescribeTrainingJobCommand({ TrainingJobName: this.options.jobName }),
        { abortSignal: this.options.signal },
      );
    } catch (error) {
      if (isNotFound(error)) {
        throw new NoSuchJob(
          this.hasAnswered
            ? `training job ${this.options.jobName} is gone: its record was deleted, or these credentials are for another account`
            : `there is no training job ${this.options.jobName} in ${this.options.region}`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  private async readLog(state: WatchState): Promise<void> {
    if (this.logIsDenied) {
      return;
    }
    try {
      for await (const lines of this.log.read(this.connection.logs, this.options.signal)) {
        this.view.show(state, state.read(lines));
      }
    } catch (error) {
      if (!isDenied(error)) {
        throw error;
      }
      this.logIsDenied = true;
      this.options.terminal.info(
        `these AWS credentials may not read the job's log, so there are no lines and no metrics: ${(error as Error).message}; ` +
          'allow logs:DescribeLogStreams and logs:GetLogEvents',
      );
    }
  }

  /** Makes a call until it succeeds. Before the first answer, what the person has to mend is no reason to wait. */
  private async persistently<T>(call: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      try {
        const result = await call();
        this.view.trouble(undefined);
        return result;
      } catch (error) {
        this.options.signal.throwIfAborted();
        const failure = callFailure(error) ?? (this.hasAnswered ? deniedMeanwhile(error) : undefined);
        if (!failure || (!this.hasAnswered && failure.kind !== 'service')) {
          throw error;
        }
        await this.waitOut(failure, failures);
      }
    }
  }

  private async waitOut({ kind, message }: CallFailure, failures: number): Promise<void> {
    if (kind !== 'credentials') {
      this.view.trouble(`${message}; trying again`);
      return this.wait(Math.min(POLL_INTERVAL * 2 ** failures, LONGEST_INTERVAL));
    }
    this.view.trouble(
      this.connection.hasFixedCredentials
        ? `${message}; new environment variables reach no running process, so leave with Ctrl-C and rejoin: the job goes on`
        : `${message}; the job goes on, and so does this watch then`,
    );
    await this.wait(CREDENTIALS_INTERVAL);
    this.connection.sagemaker.destroy();
    this.connection.logs.destroy();
    this.connection = this.options.services.connect();
  }

  private wait(milliseconds: number): Promise<void> {
    return this.options.services.wait(milliseconds, this.options.signal);
  }
}

/** Whoever has signed in again may have done so as somebody else. */
function deniedMeanwhile(error: unknown): CallFailure | undefined {
  return isDenied(error)
    ? {
        kind: 'credentials',
        message: `these AWS credentials may not see the job (${(error as Error).message}): sign in as before`,
      }
    : undefined;
}
