import { createInterface } from 'node:readline';
import { ProcessGroup } from './process-group';

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
  options.signal.throwIfAborted();
  const group = new ProcessGroup({
    python,
    command: [python, ...pythonArguments],
    cwd: process.cwd(),
    environment: process.env as Record<string, string>,
  });
  const kill = () => group.kill('SIGKILL');
  options.signal.addEventListener('abort', kill);
  let output = '';
  for (const stream of [group.stdout, group.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output += `${line}\n`;
      options.onLine?.(line);
    });
  }
  try {
    const { exitCode } = await group.ended;
    options.signal.throwIfAborted();
    return { exitCode, output };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { exitCode: 127, output };
    }
    throw error;
  } finally {
    options.signal.removeEventListener('abort', kill);
  }
}
