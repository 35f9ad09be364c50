import { type CommandResult, type CommandRun, runCommand } from './process-group';

/** Runs a Python to its end, in the environment of this process; where there is no such Python, its exit code is 127. */
export async function runPython(
  python: string,
  pythonArguments: readonly string[],
  options: Pick<CommandRun, 'signal' | 'onLine'>,
): Promise<CommandResult> {
  const command = [python, ...pythonArguments];
  const environment = process.env as Record<string, string>;
  try {
    return await runCommand({ python, command, cwd: process.cwd(), environment, ...options });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { exitCode: 127, stdout: '', stderr: '' };
    }
    throw error;
  }
}
