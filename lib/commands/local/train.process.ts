import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileErrorText } from '../../console/file-errors';
import { UserError } from '../../console/user-error';
import type { TrainingEvent, TrainingJobDocument } from './training-job-document';
import { clientError, runTrainingJob } from './training-runner';

/** How often this process looks whether its parent lives, in milliseconds. */
const PARENT_INTERVAL = 500;

/** How long a script's output is left where it is while nobody reads what was told of it, in milliseconds. */
const LONGEST_WAIT = 500;

/** A training job as a process: one TrainingJobDocument in, TrainingEvents out, one JSON line each; SIGTERM stops it, twice kills it. */
async function main(): Promise<void> {
  const stop = new AbortController();
  const kill = new AbortController();
  const orphaned = () => {
    kill.abort();
    stop.abort();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => (stop.signal.aborted ? kill.abort() : stop.abort()));
  }
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && orphaned(), PARENT_INTERVAL);
  // Nobody may read any more what is written.
  process.stdout.on('error', orphaned);

  try {
    const job = JSON.parse(await firstLine()) as TrainingJobDocument;
    const result = await runTrainingJob(job, {
      onEvent: emit,
      busy: unread,
      stop: stop.signal,
      kill: kill.signal,
    });
    process.exitCode = result.trainingJobStatus === 'Failed' ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof UserError ? error.message : (error as Error).stack}\n`);
    emit({
      type: 'result',
      trainingJobStatus: 'Failed',
      secondaryStatus: 'Failed',
      failureReason: clientError(fileErrorText(error) ?? (error as Error).message),
      exitCode: null,
      finalMetrics: [],
      modelArtifact: null,
    });
    process.exitCode = 1;
  } finally {
    clearInterval(watch);
    process.stdin.destroy();
  }
}

/**
 * Until what was written is read, so that a script does not get far ahead of its reader; soon enough that the last words of one
 * that has ended are still there.
 */
function unread(): Promise<unknown> | undefined {
  const { stdout } = process;
  return stdout.writableNeedDrain
    ? once(stdout, 'drain', { signal: AbortSignal.timeout(LONGEST_WAIT) }).catch(() => undefined)
    : undefined;
}

function emit(event: TrainingEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** The document; nothing where the input ends without one. */
async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  return ((await lines.next()).value as string | undefined) ?? '';
}

void main();
