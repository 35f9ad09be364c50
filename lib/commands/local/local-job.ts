import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { directoryFiles, type FileProblem } from '../../aws/directory-files';
import { printable } from '../../aws/printable';
import { CODE_CHANNEL } from '../../names';
import type { OptionDeclarations } from '../../console/command-line';
import { UsageError, UserError } from '../../console/user-error';
import type { DeclaredTrainingJob } from '../../assembly/project-template';
import { inputFiles } from '../invoke/input-files';
import { hasScript } from '../../training/job-script';
import {
  declaredHyperparameters,
  encodeHyperparameters,
  hyperparameterProblems,
} from '../../training/hyperparameters';

/** What a command line changes of a declared job. */
export interface JobChanges {
  /** A directory or file by channel. */
  readonly channels: Readonly<Record<string, string>>;
  /** Texts as typed: a number or boolean becomes one, as in JSON. */
  readonly hyperparameters: Readonly<Record<string, string>>;
}

/** What the command lines of runs say of the job and of what is predicted. */
export const RUN_OPTIONS = {
  channel: {
    type: 'string',
    multiple: true,
    value: 'NAME=DIR',
    description: 'data of this machine for a channel of the job',
  },
  hyperparameter: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    description: 'another value for this run',
  },
  predict: {
    type: 'string',
    multiple: true,
    value: 'FILE|DIR',
    description: 'what to predict (some of the data)',
  },
} as const satisfies OptionDeclarations;

/** Splits `KEY=VALUE` options. @throws UsageError for one without a key or a `=` */
export function keyValues(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1) {
        throw new UsageError(
          `${option} '${text}' is not of the form ${option === '--channel' ? 'NAME=DIR' : 'KEY=VALUE'}`,
        );
      }
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/**
 * A declared job with the changes of a command line, and the data of each channel.
 * @throws UsageError for a channel that the job does not declare, or has no data here, and for hyperparameters that AWS would refuse,
 * alone or beside the declared ones
 */
export function changedJob(
  job: DeclaredTrainingJob,
  changes: JobChanges,
): { readonly job: DeclaredTrainingJob; readonly channels: Record<string, string> } {
  const { InputDataConfig: declared = [], EnableNetworkIsolation } = job.request;
  const names = declared.map(({ ChannelName }) => ChannelName ?? '');
  const values = typedValues(changes.hyperparameters);
  const problems = [
    ...Object.entries(changes.channels).flatMap(([name, path]) => channelProblems(name, path, names)),
    ...hyperparameterProblems({ ...declaredValues(job), ...values }).map(
      (problem) => `--hyperparameter: ${problem}`,
    ),
  ];
  const channels: Record<string, string> = {};
  for (const { ChannelName: name = '', DataSource } of declared) {
    const code = EnableNetworkIsolation && name === CODE_CHANNEL ? job.sourceArchive : undefined;
    const data = changes.channels[name] ?? job.channelDirectories.get(name) ?? code;
    if (data === undefined) {
      const place = DataSource?.FileSystemDataSource?.FileSystemId ?? 'S3';
      problems.push(
        `channel ${name}: its data lies in ${place}; give a local copy of it with --channel ${name}=DIR`,
      );
    } else {
      channels[name] = data;
    }
  }
  if (problems.length > 0) {
    throw new UsageError(problems.join('\n'));
  }
  return {
    job: {
      ...job,
      request: {
        ...job.request,
        HyperParameters: {
          ...job.request.HyperParameters,
          // An algorithm's are plain texts, a script's are JSON.
          ...(hasScript(job.request) ? encodeHyperparameters(values) : changes.hyperparameters),
        },
      },
    },
    channels,
  };
}

/**
 * What a run here takes and a deployment does not: links that lead out of a channel's directory, a line each channel, since a
 * run copies what they lead to.
 */
export function channelNotes(channels: Readonly<Record<string, string>>): string[] {
  return Object.entries(channels).flatMap(([name, path]) => {
    const problems = statSync(path).isDirectory() ? directoryFiles(resolve(path)).problems : [];
    const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    const told = ({ path: file, reason }: FileProblem) =>
      `note: --channel ${name}: '${printable(file)}' ${printable(reason)}${others}, which Channel.fromDirectory refuses`;
    return problems.slice(0, 1).map(told);
  });
}

function channelProblems(name: string, path: string, declared: readonly string[]): string[] {
  if (!declared.includes(name)) {
    return [`--channel ${name}: the job has no such channel; there are ${declared.join(', ')}`];
  }
  if (existsSync(path)) {
    return [];
  }
  const hint = path.startsWith('~') ? '; no shell expands this ~, so write $HOME' : '';
  return [`--channel ${name}: '${path}' does not exist${hint}`];
}

/** The hyperparameters that bin/app.ts names, as it names them. */
function declaredValues({ request }: DeclaredTrainingJob): Record<string, unknown> {
  const texts = Object.entries(declaredHyperparameters(request.HyperParameters));
  return Object.fromEntries(
    texts.map(([key, text]) => [key, hasScript(request) ? (JSON.parse(text) as unknown) : text]),
  );
}

/** The files that --predict names. @throws UserError naming what is not there, or holds nothing to predict */
export async function filesToPredict(paths: readonly string[]): Promise<string[]> {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    throw new UserError(`--predict: ${missing.map((path) => `'${path}'`).join(', ')} not found`);
  }
  return inputFiles(paths);
}

/** Hyperparameters as typed on a command line: a number or boolean becomes one, as in JSON. */
export function typedValues(
  texts: Readonly<Record<string, string>>,
): Record<string, number | boolean | string> {
  const typed = (text: string) => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'number' || typeof value === 'boolean' ? value : text;
    } catch {
      return text;
    }
  };
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, typed(text)]));
}
