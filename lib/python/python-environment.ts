// The Python of the commands: the environment that they make once for themselves, processes that end with all that they
// started, and the locks that keep two runs out of one directory.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Terminal } from '../console/terminal';
import { UserError } from '../console/user-error';
import { withDirectoryLock } from './directory-lock';
import type { CommandResult } from './process-group';
import { runPython } from './python-command';

/** What a Python environment is made from. */
export interface PythonEnvironmentOptions {
  /** Pinned requirements files, as paths, all installed together; or packages, whose versions pip chooses. */
  readonly requirements: readonly string[] | WantedPackages;
  /**
   * The environment's own directory in `projectRoot`.
   * @default .venv
   */
  readonly directory?: string;
  readonly terminal: Terminal;
  /** Aborting it ends the installation; the next run does it again. */
  readonly signal: AbortSignal;
  /**
   * The directory that gets the environment.
   * @default - this project's root
   */
  readonly projectRoot?: string;
}

/** Packages from wheels, with what they depend on. */
export interface WantedPackages {
  /** Sets of requirements, such as `torch==2.6.0`: the first that this Python can install and import is taken. */
  readonly alternatives: readonly (readonly string[])[];
  /** What can be imported then. */
  readonly modules: readonly string[];
  /** About how much is downloaded, in megabytes. */
  readonly megabytes: number;
}

const CANDIDATES = ['python3.12', 'python3.11', 'python3.10', 'python3', 'python'];
/** Those for which there is a TensorFlow of every release that the images have. */
const SUITABLE = /^3\.(10|11|12)\./;
const PROJECT_ROOT = resolve(__dirname, '../..');

/** Keeps the packages that images have and `.venv` has not, an environment for each set; gone when `.venv` is made anew. */
export const IMAGE_PACKAGES = join(PROJECT_ROOT, '.venv', 'image');

/**
 * Makes the environment in the project and installs the requirements, unless they are installed already: then it starts no
 * process at all. Two runs at once wait for each other.
 * @throws UserError if there is no suitable Python or the installation fails.
 */
export async function ensurePythonEnvironment(options: PythonEnvironmentOptions): Promise<string> {
  const directory = join(options.projectRoot ?? PROJECT_ROOT, options.directory ?? '.venv');
  const environment = new VirtualEnvironment(directory, options);
  if (environment.isReady()) {
    return environment.python;
  }
  const { terminal, signal } = options;
  const onWait = (owner: number) =>
    terminal.info(`waiting for process ${owner}, which sets up the Python environment`);
  mkdirSync(dirname(directory), { recursive: true });
  // By its own name: a link to it leads to the same environment.
  const place = existsSync(directory) ? realpathSync(directory) : directory;
  await withDirectoryLock(`${place}.lock`, { signal, onWait }, async () => {
    // The process that had the lock may have done it all.
    if (!environment.isReady()) {
      await environment.install();
    }
  });
  terminal.clearProgress();
  return environment.python;
}

/** Stands in an environment while an installation runs, and stays there if that was interrupted. */
const UNFINISHED = 'unfinished';

class VirtualEnvironment {
  public readonly python: string;
  /** Holds the hashes of what is installed, a line each: the tests need more than the commands, in the same environment. */
  private readonly stamp: string;
  private readonly hash: string;
  /** As a person knows it. */
  private readonly name: string;

  public constructor(
    private readonly directory: string,
    private readonly options: PythonEnvironmentOptions,
  ) {
    this.python = join(directory, 'bin/python');
    this.stamp = join(directory, 'requirements.sha256');
    this.hash = requirementsHash(options.requirements);
    this.name = options.directory ?? '.venv';
  }

  public isReady(): boolean {
    return existsSync(this.python) && this.installed().includes(this.hash);
  }

  private installed(): string[] {
    return existsSync(this.stamp) ? readFileSync(this.stamp, 'utf8').split('\n') : [];
  }

  public async install(): Promise<void> {
    const { terminal, requirements } = this.options;
    // The interpreter may be a link to one that is gone; what was interrupted may be half of a package.
    if (!existsSync(this.python) || this.installed().includes(UNFINISHED)) {
      await this.create();
    }
    const before = this.installed();
    writeFileSync(this.stamp, UNFINISHED);
    const size = 'modules' in requirements ? `: about ${requirements.megabytes} MB to download` : '';
    terminal.info(`installing Python packages into ${this.name}${size} (once; later runs skip this)`);
    const output = await this.installFirst();
    // A package that was replaced may have been another set's.
    const kept = /Attempting uninstall|Found existing installation/.test(output) ? [] : before;
    writeFileSync(this.stamp, [...kept, this.hash].join('\n'));
  }

  /** Installs the first alternative that can be; what pip said of it. */
  private async installFirst(): Promise<string> {
    const { terminal, requirements } = this.options;
    const modules = 'modules' in requirements ? requirements.modules : [];
    let failure = '';
    for (const wanted of alternatives(requirements)) {
      const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', ...wanted];
      const installed = await this.run(this.python, pip, (line) => {
        if (/^\s*(Collecting|Downloading|Installing|Building)/.test(line)) {
          terminal.progress(`Python packages: ${line.trim()}`);
        }
      });
      // A package may be of another time than those that it depends on.
      const tried =
        installed.exitCode === 0 && modules.length > 0
          ? await this.run(this.python, ['-c', `import ${modules.join(', ')}`])
          : installed;
      if (tried.exitCode === 0) {
        return installed.stdout;
      }
      failure = lastLines(tried);
    }
    throw new UserError(`cannot install the Python packages: ${failure}`);
  }

  private async create(): Promise<void> {
    const { command, version } = await findPython(this.options.signal);
    this.options.terminal.info(`making ${this.name} with Python ${version}`);
    const made = await this.run(command, ['-m', 'venv', '--clear', this.directory]);
    if (made.exitCode !== 0) {
      const minor = version.split('.').slice(0, 2).join('.');
      throw new UserError(
        /ensurepip|No module named venv/.test(made.stdout + made.stderr)
          ? `cannot make ${this.name}: ${command} lacks its venv module; on Debian or Ubuntu: apt install python${minor}-venv`
          : `cannot make ${this.name}: ${lastLines(made)}`,
      );
    }
  }

  private run(command: string, commandArguments: readonly string[], onLine?: (line: string) => void) {
    return runPython(command, commandArguments, { signal: this.options.signal, onLine });
  }
}

/** Published as source alone, all of it Python: nothing is compiled. */
const WITHOUT_WHEEL = 'sagemaker-inference';

/** A Python of the machine for which there is a TensorFlow. @throws UserError if there is none */
export async function findPython(signal: AbortSignal) {
  const found: string[] = [];
  for (const command of CANDIDATES) {
    const asked = ['-c', 'import platform; print(platform.python_version())'];
    const { exitCode, stdout } = await runPython(command, asked, { signal });
    const version = stdout.trim();
    if (exitCode === 0 && SUITABLE.test(version)) {
      return { command, version };
    }
    if (exitCode === 0) {
      found.push(`${command} is ${version}`);
    }
  }
  throw new UserError(
    `Python 3.10, 3.11 or 3.12 is needed, and ${found.join(', ') || 'no Python is on the PATH'}; install one of these (python.org, pyenv, apt or brew)`,
  );
}

/** What pip gets, one after the other until it succeeds. */
function alternatives(requirements: PythonEnvironmentOptions['requirements']): string[][] {
  return 'modules' in requirements
    ? requirements.alternatives.map((packages) => [
        ...['--only-binary=:all:', `--no-binary=${WITHOUT_WHEEL}`, ...packages],
      ])
    : [['--no-deps', ...requirements.flatMap((file) => ['-r', resolve(file)])]];
}

/** The hash of packages, or of requirements files and of the ones that they include. */
function requirementsHash(requirements: PythonEnvironmentOptions['requirements']): string {
  const hash = createHash('sha256');
  if ('modules' in requirements) {
    return hash.update(JSON.stringify(requirements)).digest('hex');
  }
  const add = (file: string) => {
    const text = readFileSync(file, 'utf8');
    hash.update(`${text}\0`);
    for (const [, included] of text.matchAll(/^\s*(?:-r|-c|--requirement|--constraint)[ =]\s*(\S+)/gm)) {
      add(resolve(dirname(file), included!));
    }
  };
  requirements.forEach(add);
  return hash.digest('hex');
}

function lastLines({ stdout, stderr }: CommandResult): string {
  return `${stdout}${stderr}`.trim().split('\n').slice(-3).join('\n');
}
