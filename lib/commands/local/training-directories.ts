import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import * as tar from 'tar';
import { UserError } from '../../console/user-error';
import { hasScript } from '../../training/job-script';
import { copyData, type DataCopyOptions } from './data-copy';
import type { TrainingJobDocument } from './training-job-document';

/** The default of CheckpointConfig.LocalPath. */
const CHECKPOINTS = '/opt/ml/checkpoints';

/** What each job finds below /opt/ml. */
const DIRECTORIES = ['input/config', 'input/data', 'code', 'model', 'output/data', 'output/intermediate'];

/** Where in the container all that is SageMaker's lies. */
export const CONTAINER_BASE = '/opt/ml';

/** In the output directory: every metric that the script printed, and the last of each. */
export const METRICS_FILE = 'metrics.json';

/** The /opt/ml of a job that runs here, below its output directory. */
export function baseDirectory(outputDirectory: string): string {
  return join(resolve(outputDirectory), 'opt/ml');
}

/** A path of the container, here; other texts are left as they are. */
function relocated(text: string, base: string): string {
  return text === CONTAINER_BASE || text.startsWith(`${CONTAINER_BASE}/`)
    ? base + text.slice(CONTAINER_BASE.length)
    : text;
}

/** Where the job's checkpoints lie here; undefined if it keeps none. */
function checkpointDirectory(job: TrainingJobDocument): string | undefined {
  const config = job.request.CheckpointConfig;
  return config && relocated(config.LocalPath ?? CHECKPOINTS, baseDirectory(job.outputDirectory));
}

/** What is wrong with a job's directories, one line each. */
function directoryProblems(job: TrainingJobDocument): string[] {
  const problems: string[] = [];
  const output = resolve(job.outputDirectory);
  if (output === parse(output).root) {
    problems.push(`the output directory is ${output}; choose another one, since its opt/ml is emptied`);
  }
  for (const { ChannelName: name, InputMode: mode } of job.request.InputDataConfig ?? []) {
    const source = job.channels[name!];
    if (name === '.' || name === '..') {
      problems.push(`channel '${name}': a directory cannot have this name; give the channel another one`);
    } else if ((mode ?? job.request.AlgorithmSpecification?.TrainingInputMode) === 'Pipe') {
      problems.push(
        `channel ${name}: only SageMaker streams the input mode Pipe; use File or FastFile to run it here`,
      );
    } else if (source === undefined) {
      problems.push(`channel ${name}: the job reads it, and no directory is given for it here`);
    } else if (!existsSync(source)) {
      problems.push(`channel ${name}: ${source} does not exist`);
    }
  }
  return problems;
}

/** Makes a fresh /opt/ml tree of real directories with the job's code, channels and checkpoints: a script cannot reach beyond it. */
export async function layOut(job: TrainingJobDocument, options: DataCopyOptions): Promise<void> {
  const problems = directoryProblems(job);
  if (problems.length > 0) {
    throw new UserError(problems.join('\n'));
  }
  const base = baseDirectory(job.outputDirectory);
  const output = resolve(job.outputDirectory);
  // Links are removed, not followed.
  for (const old of [base, join(output, 'model.tar.gz'), join(output, 'output.tar.gz')]) {
    rmSync(old, { recursive: true, force: true });
  }
  for (const directory of DIRECTORIES) {
    mkdirSync(join(base, directory), { recursive: true });
  }
  const copy = (what: string, source: string, target: string) =>
    copyData(what, resolve(source), target, output, options);
  for (const { ChannelName: name } of job.request.InputDataConfig ?? []) {
    await copy(`channel ${name}`, job.channels[name!]!, join(base, 'input/data', name!));
  }
  const checkpoints = checkpointDirectory(job);
  if (checkpoints) {
    mkdirSync(checkpoints, { recursive: true });
    if (job.checkpoints !== null) {
      await copy('checkpoints', job.checkpoints, checkpoints);
    }
  }
  await layOutCode(job, base);
}

async function layOutCode(job: TrainingJobDocument, base: string): Promise<void> {
  if (!hasScript(job.request)) {
    // An algorithm has no source.
    return;
  }
  const source = job.sourceArchive ?? archiveInChannel(job, base);
  const code = join(base, 'code');
  if (statSync(source).isDirectory()) {
    cpSync(source, code, { recursive: true });
  } else {
    await tar.extract({ file: source, cwd: code });
  }
}

/** With network isolation the code comes through a channel, and `sagemaker_submit_directory` names a path. */
function archiveInChannel(job: TrainingJobDocument, base: string): string {
  const text = job.request.HyperParameters?.sagemaker_submit_directory ?? '""';
  const path = relocated(text.replaceAll('"', ''), base);
  if (!existsSync(path)) {
    throw new UserError(
      `the job has no source: sourceArchive is null, and ${text} is not in one of its channels`,
    );
  }
  return path;
}

/** Packs a directory's contents; null if there are none. */
export async function pack(directory: string, archive: string): Promise<string | null> {
  if (!existsSync(directory)) {
    return null;
  }
  const names = readdirSync(directory).toSorted();
  if (names.length === 0) {
    return null;
  }
  // A name that begins with @ would be read as another archive.
  const entries = names.map((name) => (name.startsWith('@') ? `./${name}` : name));
  await tar.create({ gzip: true, file: archive, cwd: directory, portable: true }, entries);
  return archive;
}
