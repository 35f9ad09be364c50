import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
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

/** How the group's first process ended. */
export interface ProcessGroupEnd {
  /** As Python tells it: the negative number of the signal for a process that was killed. */
  readonly exitCode: number;
}

/**
 * Waits for one line before it becomes the command: without its parent it gets none, and ends. Not a shell, since dash
 * drops variables such as SM_HP_BATCH-SIZE.
 */
const GATE =
  'import os, sys\n' +
  'if not os.read(0, 1): sys.exit(1)\n' +
  'os.dup2(os.open(os.devnull, os.O_RDONLY), 0)\n' +
  'os.execvp(sys.argv[1], sys.argv[1:])';

/**
 * Ends the group when its standard input ends, which a killed parent cannot prevent: SIGTERM, SIGKILL after 5 s.
 * A line on its standard input, from a parent that lives, lets it go.
 */
const WATCHDOG =
  'trap "" TERM INT HUP; read -r _ && exit 0; kill -s TERM -- "-$1" 2>/dev/null || exit 0; ' +
  'i=0; while [ $i -lt 50 ] && kill -s 0 -- "-$1" 2>/dev/null; do sleep 0.1; i=$((i + 1)); done; kill -s KILL -- "-$1" 2>/dev/null';

/**
 * A command in a process group of its own, with all that it starts. The whole group is gone when `ended` resolves,
 * and soon after this process has died in whatever way.
 */
export class ProcessGroup {
  public readonly stdout: Readable;
  public readonly stderr: Readable;
  /** Resolves once the command has ended and its output is read; rejects if it cannot be started. */
  public readonly ended: Promise<ProcessGroupEnd>;
  private readonly process: ChildProcess;
  private watchdog?: ChildProcess;

  public constructor(options: ProcessGroupOptions) {
    this.process = spawn(options.python, ['-I', '-S', '-c', GATE, ...options.command], {
      cwd: options.cwd,
      env: { ...options.environment },
      stdio: 'pipe',
      detached: true,
    });
    this.stdout = this.process.stdout!;
    this.stderr = this.process.stderr!;
    // A process that has gone already does not take its line.
    this.process.stdin!.on('error', () => {});
    this.process.on('spawn', () => this.watch());
    this.ended = this.end();
  }

  /** Sends a signal to the whole group; does nothing once it is gone. */
  public kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    try {
      process.kill(-this.process.pid!, signal);
    } catch (error) {
      // EPERM is what macOS answers for a group of which only zombies are left.
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) {
        throw error;
      }
    }
  }

  private watch(): void {
    this.watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', String(this.process.pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.watchdog.stdin!.on('error', () => {});
    this.watchdog.on('spawn', () => this.process.stdin!.end('\n'));
  }

  private async end(): Promise<ProcessGroupEnd> {
    const closed = new Promise<void>((resolve) => this.process.on('close', () => resolve()));
    const exitCode = await new Promise<number>((resolve, reject) => {
      this.process.on('error', reject);
      this.process.on('exit', (code, signal) => resolve(code ?? -signalNumber(signal!)));
    });
    // What the command left behind ends with it, as in a container; it may still hold the output open.
    this.kill('SIGKILL');
    await closed;
    const gone = new Promise((resolve) => this.watchdog!.on('close', resolve));
    this.watchdog!.stdin!.end('done\n');
    await gone;
    return { exitCode };
  }
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal];
}
