import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../console/user-error';
import { servedVersions } from '../../images/framework';
import { runPython } from '../../python/python-command';
import { findPython } from '../../python/python-environment';
import { hyperparameterProblems } from '../../training/hyperparameters';
import type { MetricDefinition } from '../../training/metric-definitions';

/** Something that the person should know of a script, and where it stands. */
export interface Finding {
  /** Relative to the directory above the script's. */
  readonly file: string;
  readonly line: number;
  /** Whether the job fails by it, or loses what it made; else it is a remark. */
  readonly fails: boolean;
  readonly text: string;
}

/** What read_script.py proposes. */
interface ReadScript {
  readonly files: readonly string[];
  readonly framework: string | null;
  readonly code: string | null;
  readonly sourceDir: string;
  readonly entryPoint: string;
  readonly hyperparameters: readonly (Pick<Finding, 'file' | 'line'> & {
    name: string;
    value: string | number;
  })[];
  readonly metrics: readonly MetricDefinition[];
  /** Directories, relative to the project, and buckets. */
  readonly channels: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

/** What bin/app.ts should say for a script, and what is to say of the script. */
export interface Proposal {
  /** What was read. */
  readonly files: readonly string[];
  /** The props of `training` that the script decides, as TypeScript; undefined takes one away. */
  readonly training: Readonly<Record<string, string | undefined>>;
  /** Sorted: what fails first. */
  readonly findings: readonly Finding[];
}

/**
 * What bin/app.ts should say for a script.
 * @param root the project's directory, whose `.venv` is used where there is one
 * @param data the directory of `--data`
 * @throws UserError where no proposal could work
 */
export async function propose(
  root: string,
  script: string,
  data: string | undefined,
  signal: AbortSignal,
): Promise<Proposal> {
  const asked = JSON.stringify({ root, script, data: data ?? null, versions: servedVersions() });
  const own = join(root, '.venv/bin/python');
  const python = existsSync(own) ? own : (await findPython(signal)).command;
  const reader = ['-E', '-s', '-B', '-W', 'ignore', join(__dirname, 'read_script.py'), asked];
  const { exitCode, stdout, stderr } = await runPython(python, reader, { signal });
  if (exitCode !== 0) {
    throw new UserError(`cannot read the script: ${stderr.trim()}`);
  }
  const read = JSON.parse(stdout) as ReadScript;
  if (read.sourceDir === '.') {
    throw new UserError(
      "the script lies in the project's own directory, all of which would travel with it; move it into one of its own, such as training/",
    );
  }
  const findings = [...read.findings];
  const hyperparameters = read.hyperparameters.filter(({ name, value, file, line }) => {
    const wrong = hyperparameterProblems({ [name]: value });
    if (wrong.length > 0) {
      const text = `${wrong.join('; ')} (left out, so the script's own default holds)`;
      findings.push({ file, line, fails: false, text });
    }
    return wrong.length === 0;
  });
  const metrics = read.metrics.map(
    ({ name, regex }) => `{ name: ${literal(name)}, regex: ${pattern(regex)} }`,
  );
  return {
    files: read.files,
    training: {
      // Nothing says another one.
      ...(read.code === null ? {} : { framework: read.code }),
      sourceDir: literal(read.sourceDir),
      entryPoint: literal(read.entryPoint),
      hyperparameters: object(hyperparameters.map(({ name, value }) => [name, literal(value)])),
      metricDefinitions: metrics.length === 0 ? undefined : `[${metrics.join(',\n')}]`,
      // Transformers' images train on GPUs alone.
      ...(read.framework === 'huggingface' ? { instanceType: "'ml.g4dn.xlarge'" } : {}),
      channels: object(
        Object.entries(read.channels).map(([name, path]) => [
          name,
          `Channel.${path.startsWith('s3://') ? 'fromS3' : 'fromDirectory'}(${literal(path)})`,
        ]),
      ),
    },
    findings: findings.toSorted(
      (one, other) =>
        Number(other.fails) - Number(one.fails) ||
        one.file.localeCompare(other.file) ||
        one.line - other.line,
    ),
  };
}

/** A value; prettier chooses the quotes. */
function literal(value: unknown): string {
  return JSON.stringify(value);
}

/** A regular expression is readable without its backslashes written twice. */
function pattern(regex: string): string {
  return /[`$]/.test(regex) || !regex.includes('\\') ? literal(regex) : `String.raw\`${regex}\``;
}

/** Prettier takes away quotes that are not needed. */
function object(entries: readonly (readonly [string, string])[]): string | undefined {
  const members = entries.map(([key, value]) => `${literal(key)}: ${value}`);
  return members.length === 0 ? undefined : `{ ${members.join(', ')} }`;
}
