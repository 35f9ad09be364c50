// The Python of the commands: the environment that they make once for themselves, processes that end with all that they
// started, and the locks that keep two runs out of one directory.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Terminal } from '../console/terminal';
import { UserError } from '../console/user-error';

import { withDirectoryLock } from './directory-lock';
import { type PythonCommandResult, runPython } from './python-command';

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

/** A Python with everything installed. */
export interface PythonEnvironment {
  /** Path of the interpreter. */
  readonly python: string;
}

/** What a Python says about itself. */
interface Interpreter {
  readonly command: string;
  readonly version: string;
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
 * Throws UserError if there is no suitable Python or the installation fails.
 */
export async function ensurePythonEnvironment(options: PythonEnvironmentOptions): Promise<PythonEnvironment> {
  const directory = join(options.projectRoot ?? PROJECT_ROOT, options.directory ?? '.venv');
  const environment = new VirtualEnvironment(directory, options);
  if (environment.isReady()) {
    return { python: environment.python };
  }
  const { terminal, signal } = options;
  const onWait = (owner: number) =>
    terminal.info(`waiting for process ${owner}, which sets up the Python environment`);
  mkdirSync(dirname(directory), { recursive: true });
  await withDirectoryLock(`${directory}.lock`, { signal, onWait }, async () => {
    // The process that had the lock may have done it all.
    if (!environment.isReady()) {
      await environment.install();
    }
  });
  terminal.clearProgress();
  return { python: environment.python };
}

class VirtualEnvironment {
  public readonly python: string;
  /** Holds the hashes of what is installed, a line each: the tests need more than the commands, in the same environment. */
  private readonly stamp: string;
  /** Is there while an installation runs, and stays there if it was interrupted. */
  private readonly unfinished: string;
  private readonly hash: string;
  /** As a person knows it. */
  private readonly name: string;

  public constructor(
    public readonly directory: string,
    private readonly options: PythonEnvironmentOptions,
  ) {
    this.python = join(directory, 'bin/python');
    this.stamp = join(directory, 'requirements.sha256');
    this.unfinished = join(directory, 'unfinished');
    this.hash = requirementsHash(options.requirements);
    this.name = options.directory ?? '.venv';
  }

  public isReady(): boolean {
    return (
      existsSync(this.python) &&
      !existsSync(this.unfinished) &&
      existsSync(this.stamp) &&
      this.installed().includes(this.hash)
    );
  }

  private installed(): string[] {
    return existsSync(this.stamp) ? readFileSync(this.stamp, 'utf8').split('\n') : [];
  }

  public async install(): Promise<void> {
    const { terminal, requirements } = this.options;
    // The interpreter may be a link to one that is gone; what was interrupted may be half of a package.
    if (!existsSync(this.python) || existsSync(this.unfinished)) {
      await this.create();
    }
    const before = this.installed();
    rmSync(this.stamp, { force: true });
    writeFileSync(this.unfinished, '');
    const size = 'modules' in requirements ? `: about ${requirements.megabytes} MB to download` : '';
    terminal.info(`installing Python packages into ${this.name}${size} (once; later runs skip this)`);
    let installed;
    for (const wanted of installations(requirements)) {
      installed = await this.pip(wanted);
      if (installed.exitCode === 0) {
        break;
      }
    }
    terminal.clearProgress();
    if (installed?.exitCode !== 0) {
      throw new UserError(`cannot install the Python packages: ${lastLines(installed?.output ?? '')}`);
    }
    // A package that was replaced may have been another set's.
    const kept = /Attempting uninstall|Found existing installation/.test(installed.output) ? [] : before;
    writeFileSync(this.stamp, [...kept, this.hash].join('\n'));
    rmSync(this.unfinished);
  }

  /** Installs some, and looks whether they work. */
  private async pip({ wanted, modules }: Installation): Promise<PythonCommandResult> {
    const { terminal } = this.options;
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', ...wanted];
    const installed = await this.run(this.python, pip, (line) => {
      if (/^\s*(Collecting|Downloading|Installing|Building)/.test(line)) {
        terminal.progress(`Python packages: ${line.trim()}`);
      }
    });
    // A package may be of another time than those that it depends on.
    return installed.exitCode === 0 && modules.length > 0
      ? await this.run(this.python, ['-c', `import ${modules.join(', ')}`])
      : installed;
  }

  private async create(): Promise<void> {
    const interpreter = await findPython(this.options.signal);
    this.options.terminal.info(`making ${this.name} with Python ${interpreter.version}`);
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(this.unfinished, '');
    const made = await this.run(interpreter.command, ['-m', 'venv', '--clear', this.directory]);
    if (made.exitCode !== 0) {
      const minor = interpreter.version.split('.').slice(0, 2).join('.');
      throw new UserError(
        /ensurepip|No module named venv/.test(made.output)
          ? `cannot make ${this.name}: ${interpreter.command} lacks its venv module; on Debian or Ubuntu: apt install python${minor}-venv`
          : `cannot make ${this.name}: ${lastLines(made.output)}`,
      );
    }
    writeFileSync(this.unfinished, '');
  }

  private run(command: string, commandArguments: readonly string[], onLine?: (line: string) => void) {
    return runPython(command, commandArguments, { signal: this.options.signal, onLine });
  }
}

/** What pip gets at once, and what can be imported then. */
interface Installation {
  readonly wanted: readonly string[];
  readonly modules: readonly string[];
}

/** Published as source alone, all of it Python: nothing is compiled. */
const WITHOUT_WHEEL = 'sagemaker-inference';

/** A Python of the machine for which there is a TensorFlow. Throws UserError if there is none. */
export async function findPython(signal: AbortSignal): Promise<Interpreter> {
  const found: Interpreter[] = [];
  for (const command of CANDIDATES) {
    const version = ['-c', 'import platform; print(platform.python_version())'];
    const { exitCode, output } = await runPython(command, version, { signal });
    if (exitCode === 0) {
      found.push({ command, version: output.trim() });
    }
    if (exitCode === 0 && SUITABLE.test(output)) {
      return found.at(-1)!;
    }
  }
  const seen =
    found.map(({ command, version }) => `${command} is ${version}`).join(', ') || 'no Python is on the PATH';
  throw new UserError(
    `Python 3.10, 3.11 or 3.12 is needed, and ${seen}; install one of these (python.org, pyenv, apt or brew)`,
  );
}

/** What to try in order, until one succeeds. */
function installations(requirements: PythonEnvironmentOptions['requirements']): Installation[] {
  return 'modules' in requirements
    ? requirements.alternatives.map((packages) => ({
        wanted: ['--only-binary=:all:', `--no-binary=${WITHOUT_WHEEL}`, ...packages],
        modules: requirements.modules,
      }))
    : [{ wanted: ['--no-deps', ...requirements.flatMap((file) => ['-r', resolve(file)])], modules: [] }];
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

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join('\n');
}
