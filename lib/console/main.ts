// What a command is, and how one runs: its command line, its terminal, its errors for a person, its exit code. Each command is
// a folder under lib/commands with NAME-command.ts as its main file, and has an entry of a few lines in bin.

import { fileErrorText } from './file-errors';
import { ProcessTerminal, type Terminal } from './terminal';
import { UsageError, UserError } from './user-error';

/** What a command gets besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C or SIGTERM: the command ends what it started and returns. */
  readonly signal: AbortSignal;
}

/**
 * A command: arguments in, exit code out (0 done, 1 failed, 2 usage).
 * Throws UserError for what a person can mend.
 */
export type Command = (argv: string[], context: CommandContext) => Promise<number>;

/** Runs a command as this process: its exit code, its errors, its interruption. */
export async function main(command: Command): Promise<void> {
  // The SDK warns at every start of versions that will need a newer Node.js; the lockfile has none of them.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const terminal = new ProcessTerminal();
  const interruption = new AbortController();
  let interruptedBy: NodeJS.Signals | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    interruptedBy ??= signal;
    interruption.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, interrupt);
  }
  const watch = onEndOfNpm(() => interrupt('SIGHUP'));
  try {
    process.exitCode = await command(process.argv.slice(2), { terminal, signal: interruption.signal });
  } catch (error) {
    terminal.clearProgress();
    if (interruptedBy && interruption.signal.aborted) {
      terminal.info('interrupted');
    } else {
      terminal.info(error instanceof UserError ? error.message : (fileErrorText(error) ?? stackOf(error)));
    }
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
  clearInterval(watch);
  if (interruptedBy) {
    process.exitCode =
      128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[interruptedBy as 'SIGINT' | 'SIGTERM' | 'SIGHUP'];
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Calls back once npm is gone that started this process: it passes on neither a hang-up nor its own violent end. */
function onEndOfNpm(gone: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) {
    return undefined;
  }
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== npm) {
      gone();
    }
  }, 1000);
  return watch.unref();
}
