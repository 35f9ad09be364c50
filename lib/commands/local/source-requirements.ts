import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calledProcessError } from './script-failure';
import type { EntryPointKind } from './training-environment';

/** What an installation needs. */
export interface SourceRequirementsOptions {
  readonly codeDirectory: string;
  /** Gets the packages. Emptied first. */
  readonly packages: string;
  readonly python: string;
  readonly kind: EntryPointKind;
  /** Runs a command in the code directory, its output to the log; resolves with its exit code. */
  readonly run: (command: readonly string[], onLine: (line: string) => void) => Promise<number>;
}

/**
 * Installs what the source asks for: its requirements.txt, and itself if it has a setup.py. The container installs
 * into its own Python; here a Python that other things use must stay as it is, so only what that lacks (or has in
 * another version) goes into a directory for PYTHONPATH. Resolves with the text of the failure file, if it fails.
 */
export async function installSourceRequirements(
  options: SourceRequirementsOptions,
): Promise<string | undefined> {
  const { codeDirectory, packages, python, kind, run } = options;
  rmSync(packages, { recursive: true, force: true });
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
  const pip = [python, '-m', 'pip', '--disable-pip-version-check', '--no-input', 'install'];
  // What pip would install.
  const report = `${packages}.json`;
  let exitCode = await run([...pip, '--quiet', '--dry-run', '--report', report, ...wanted], () => {});
  if (exitCode === 0) {
    const missing = missingPackages(report);
    rmSync(report);
    if (missing.length === 0) {
      return undefined;
    }
    writeFileSync(`${packages}.txt`, missing.join('\n'));
    exitCode = await run([...pip, '--no-deps', '--target', packages, '-r', `${packages}.txt`], () => {});
    rmSync(`${packages}.txt`);
  }
  const name = kind === 'package' ? 'InstallModuleError' : 'InstallRequirementsError';
  return exitCode === 0
    ? undefined
    : calledProcessError(name, exitCode, '', [python, '-m', 'pip', 'install', ...wanted]);
}

/** The requirements of a report of pip: exact versions, or where they come from. */
function missingPackages(report: string): string[] {
  const { install } = JSON.parse(readFileSync(report, 'utf8')) as {
    install: {
      metadata: { name: string; version: string };
      is_direct: boolean;
      download_info: { url: string };
    }[];
  };
  return install.map(({ metadata, is_direct: direct, download_info: download }) =>
    direct ? `${metadata.name} @ ${download.url}` : `${metadata.name}==${metadata.version}`,
  );
}
