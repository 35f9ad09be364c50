import { runCommand } from './process-group';

/** How a command is followed. */
export interface PythonCommandOptions {
  /** Ends the command with all that it started. */
  readonly signal: AbortSignal;
  /** Gets each line of its output. */
  readonly onLine?: (line: string) => void;
}

/** How a command ended. */
export interface PythonCommandResult {
  /** 127 where there is no such Python. */
  readonly exitCode: number;
  /** Its output and its errors, in their order. */
  readonly output: string;
}

/** Runs a Python to its end, in the environment of this process; rejects with the signal's reason if it is aborted. */
export async function runPython(
  python: string,
  pythonArguments: readonly string[],
  options: PythonCommandOptions,
): Promise<PythonCommandResult> {
  let output = '';
  const onLine = (line: string) => {
    output += `${line}\n`;
    options.onLine?.(line);
  };
  const command = [python, ...pythonArguments];
  const environment = process.env as Record<string, string>;
  try {
    const run = { python, command, cwd: process.cwd(), environment, signal: options.signal, onLine };
    return { exitCode: (await runCommand(run)).exitCode, output };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { exitCode: 127, output };
    }
    throw error;
  }
}
