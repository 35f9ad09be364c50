import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { runCommand } from '../../python/process-group';

/** What the measurements share. */
export interface BenchRun {
  /** The directory of cdk.json. */
  readonly root: string;
  /** A directory for what they write; it is removed after them. */
  readonly scratch: string;
  /** The interpreter with the framework in it. */
  readonly python: string;
  readonly terminal: Terminal;
  /** Ends what they start. */
  readonly signal: AbortSignal;
}

/** A command that ended well. */
export interface MeasuredCommand {
  /** From its start to its end. */
  readonly seconds: number;
  readonly stdout: string;
}

/**
 * Runs a command and all that it starts to its end, against the clock.
 * @param variables beside this process's own
 * @throws UserError with its last words if it fails; the signal's reason if that was aborted
 */
export async function measureCommand(
  { python, signal }: BenchRun,
  command: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<MeasuredCommand> {
  const started = performance.now();
  const environment = { ...(process.env as Record<string, string>), ...variables };
  const { exitCode, stdout, stderr } = await runCommand({ python, command, cwd, environment, signal });
  if (exitCode !== 0) {
    const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-10).join('\n');
    throw new UserError(`${command.join(' ')} ended with ${exitCode}:\n${words}`);
  }
  return { seconds: (performance.now() - started) / 1000, stdout };
}
