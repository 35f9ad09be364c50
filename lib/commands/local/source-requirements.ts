import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { calledProcessError } from './script-failure';
import type { EntryPointKind } from './training-environment';

/** What an installation needs. */
export interface SourceRequirementsOptions {
  readonly codeDirectory: string;
  /** The run's own Python: what pip installs into it is this run's alone. */
  readonly python: string;
  readonly kind: EntryPointKind;
  /** Runs a command in the code directory, its output to the log; resolves with its exit code. */
  readonly run: (command: readonly string[]) => Promise<number>;
}

/**
 * Installs what the source asks for, by the toolkit's own one command: its requirements.txt with all its options, and
 * itself if it has a setup.py. Resolves with the text of the failure file, if it fails.
 */
export async function installSourceRequirements(
  options: SourceRequirementsOptions,
): Promise<string | undefined> {
  const { codeDirectory, python, kind, run } = options;
  const wanted = [
    ...(kind === 'package' ? ['.'] : []),
    // The toolkit leaves the requirements of a shell script to the script.
    ...(kind !== 'command' && existsSync(join(codeDirectory, 'requirements.txt'))
      ? ['-r', 'requirements.txt']
      : []),
  ];
  if (wanted.length === 0) {
    return undefined;
  }
  const command = [python, '-m', 'pip', 'install', ...wanted];
  const exitCode = await run(command);
  const name = kind === 'package' ? 'InstallModuleError' : 'InstallRequirementsError';
  return exitCode === 0 ? undefined : calledProcessError(name, exitCode, '', command);
}
