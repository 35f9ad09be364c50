import { join } from 'node:path';
import { UserError } from '../../console/user-error';
import { runPython } from '../../python/python-command';

/** Where in the read files something stands. */
export interface Place {
  /** Relative to the directory above the script's. */
  readonly file: string;
  readonly line: number;
}

/** A value as far as the text says it: itself, the variable that it is read from, or how it is written. */
export interface DescribedValue {
  readonly value?: unknown;
  readonly variable?: string;
  readonly fallback?: DescribedValue | null;
  readonly source?: string;
}

/** An argument of the script's command line: argparse's, click's or absl's. */
export interface ScriptArgument extends Place {
  readonly flags: readonly string[];
  readonly dest?: string | null;
  readonly type: string | null;
  readonly default: DescribedValue | null;
  readonly choices: readonly unknown[] | null;
  readonly required: boolean;
  /** Whether it takes several values. */
  readonly many: boolean;
  /** Whether it takes no value, as with `store_true`. */
  readonly flag: boolean;
}

/** A piece of what is printed: a text as it is, or a value with its format. */
export interface PrintedPiece {
  readonly text?: string;
  readonly value?: string;
  readonly spec?: string;
}

/** A path's beginning: as written, an argument of the script, or a variable of the environment. */
export interface PathRoot {
  readonly value?: string;
  readonly attribute?: string;
  readonly variable?: string;
}

/** A call that reads or writes a file. */
export interface FileAccess extends Place {
  readonly call: string;
  readonly root: PathRoot;
  /** Whether the path is one of its author's machine, such as `/home/me`. */
  readonly ofMachine: boolean;
}

/** What read_script.py tells of a script. */
export interface ScriptFacts {
  /** Absolute. */
  readonly script: string;
  /** The directory that has to travel: the script's, or the one above it where modules lie there. */
  readonly sourceRoot: string;
  readonly files: readonly string[];
  readonly imports: readonly (Place & { readonly module: string; readonly package: string })[];
  /** Those of the imported packages that Python itself has. */
  readonly standardLibrary: readonly string[];
  readonly arguments: readonly ScriptArgument[];
  readonly environment: readonly (Place & {
    readonly name: string;
    readonly default: DescribedValue | null;
  })[];
  readonly prints: readonly (Place & { readonly pieces: readonly PrintedPiece[] })[];
  /** Keras' `fit`. */
  readonly fits: readonly (Place & {
    readonly metrics: readonly string[];
    readonly validates: boolean;
    readonly verbose: DescribedValue | null;
  })[];
  /** Trainers of Hugging Face. */
  readonly trainers: readonly (Place & { readonly evaluates: boolean })[];
  /** XGBoost's `train`. */
  readonly boosts: readonly (Place & {
    readonly names: readonly string[];
    readonly metric: (DescribedValue & PathRoot) | null;
    readonly objective: (DescribedValue & PathRoot) | null;
  })[];
  readonly writes: readonly FileAccess[];
  readonly reads: readonly FileAccess[];
  /** Paths below /opt/ml/input/data, and below /opt/ml/model, whose channel is null. */
  readonly paths: readonly (Place & { readonly channel: string | null })[];
  readonly findings: readonly (Place & { readonly kind: string; readonly text: string })[];
  readonly functions: readonly string[];
  /** Numbers that a name at the top of a file stands for. */
  readonly constants: readonly (Place & { readonly name: string; readonly value: number })[];
}

/** Any Python from 3.10 reads the script: no package is needed. */
const CANDIDATES = ['python3', 'python3.12', 'python3.11', 'python3.10', 'python'];

/**
 * Reads a script and the modules beside it, without running any of it.
 * @param root the project's directory, whose `.venv` is used where there is one
 * @throws UserError where there is no Python, or the script is none
 */
export async function readScript(root: string, script: string, signal: AbortSignal): Promise<ScriptFacts> {
  for (const python of [join(root, '.venv/bin/python'), ...CANDIDATES]) {
    const version = await runPython(
      python,
      ['-I', '-c', 'import sys; sys.exit(sys.version_info < (3, 10))'],
      {
        signal,
      },
    );
    if (version.exitCode !== 0) {
      continue;
    }
    const reader = join(__dirname, 'read_script.py');
    const { exitCode, output } = await runPython(python, ['-I', '-W', 'ignore', reader, script], { signal });
    if (exitCode !== 0) {
      throw new UserError(`cannot read the script: ${output.trim()}`);
    }
    return JSON.parse(output) as ScriptFacts;
  }
  throw new UserError(
    'no Python from 3.10 on the PATH reads the script; install one (python.org, apt or brew)',
  );
}
