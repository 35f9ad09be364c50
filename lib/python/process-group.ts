import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What a process group needs to start. */
export interface ProcessGroupOptions {
  /** A Python, to start the command. */
  readonly python: string;
  /** The program by its path, and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How long the output may stay silent and open after the command's end, in milliseconds. */
const STREAM_GRACE = 1_000;

/**
 * A command with all that it starts, kept by process_group.py: everything is gone when `ended` resolves, and soon
 * after this process has died in whatever way.
 */
export class ProcessGroup {
  public readonly stdout: Readable;
  public readonly stderr: Readable;
  /**
   * Resolves with its exit code once the command has ended and its output is read; rejects if it cannot be started. As Python
   * tells it: the negative number of the signal for a command that was killed.
   */
  public readonly ended: Promise<number>;
  private readonly process: ChildProcess;

  public constructor(options: ProcessGroupOptions) {
    const keeper = ['-I', '-S', join(__dirname, 'process_group.py')];
    this.process = spawn(options.python, [...keeper, ...options.command], {
      cwd: options.cwd,
      env: { ...options.environment },
      stdio: 'pipe',
      // A terminal's Ctrl-C is for this process alone.
      detached: true,
    });
    this.stdout = this.process.stdout!;
    this.stderr = this.process.stderr!;
    // A process that has gone already does not take its line.
    this.process.stdin!.on('error', () => {});
    this.ended = this.end();
  }

  /** Asks the command and its group to end, or ends all that it started; does nothing once it is gone. */
  public kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.process.stdin!.writable) {
      this.process.stdin!.write(`${signal.slice('SIG'.length)}\n`);
    }
  }

  private async end(): Promise<number> {
    const closed = new Promise<void>((resolve) => this.process.on('close', () => resolve()));
    const [code, signal] = (await once(this.process, 'exit')) as [number | null, NodeJS.Signals];
    // What could not be found, as a daemon where there is no subreaper, may hold the output for ever.
    const streams = [this.stdout, this.stderr];
    const grace = setTimeout(() => streams.forEach((stream) => stream.destroy()), STREAM_GRACE);
    streams.forEach((stream) => stream.on('data', () => grace.refresh()));
    await closed;
    clearTimeout(grace);
    return code ?? -constants.signals[signal];
  }
}

/** A command to run to its end. */
export interface CommandRun extends ProcessGroupOptions {
  /** Ends the command with all that it started. */
  readonly signal: AbortSignal;
  /** Gets each line of its output and of its errors, in their order. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** How a command ended, and what it said. */
export interface CommandResult {
  /** Of `ProcessGroup.ended`. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; rejects with the signal's reason once that is aborted and all is gone. */
export async function runCommand({ signal, onLine, ...options }: CommandRun): Promise<CommandResult> {
  signal.throwIfAborted();
  const group = new ProcessGroup(options);
  const kill = () => group.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: group[stream] }).on('line', (line) => {
      said[stream] += `${line}\n`;
      onLine?.(line);
    });
  }
  try {
    const exitCode = await group.ended;
    signal.throwIfAborted();
    return { exitCode, ...said };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
