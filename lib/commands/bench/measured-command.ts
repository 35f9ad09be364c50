import { UserError } from '../../console/user-error';
import { ProcessGroup } from '../../python/process-group';
import type { BenchRun } from './bench-run';

/** A command that ended well. */
export interface MeasuredCommand {
  /** From its start to its end. */
  readonly seconds: number;
  readonly stdout: string;
}

/**
 * Runs a command and all that it starts to its end, against the clock.
 * @param environment beside this process's own
 * @throws UserError with its last words if it fails; the signal's reason if that was aborted
 */
export async function measureCommand(
  { python, signal }: BenchRun,
  command: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<MeasuredCommand> {
  signal.throwIfAborted();
  const started = performance.now();
  const inherited = process.env as Record<string, string>;
  const group = new ProcessGroup({ python, command, cwd, environment: { ...inherited, ...environment } });
  const stop = () => group.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  try {
    let stdout = '';
    let stderr = '';
    group.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    group.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const { exitCode } = await group.ended;
    signal.throwIfAborted();
    if (exitCode !== 0) {
      const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-10).join('\n');
      throw new UserError(`${command.join(' ')} ended with ${exitCode}:\n${words}`);
    }
    return { seconds: (performance.now() - started) / 1000, stdout };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
