import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { baseDirectory, checkpointDirectory, relocated } from './training-directories';
import type { TrainingJobDocument } from './training-job-document';
import { PLACEHOLDER_ACCOUNT } from '../../names';

/** How the toolkit starts an entry point: a shell command, a module of an installed package, or a script. */
export type EntryPointKind = 'command' | 'package' | 'program';

/** What a training container's entry point gets, as training_container/toolkit.py tells it. */
export interface TrainingEnvironment {
  /** The texts of the files in input/config, by name without `.json`. */
  readonly configFiles: Readonly<Record<string, string>>;
  /** The container's and the toolkit's variables, complete but for PATH and its like. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the script, relative to the working directory. */
  readonly entryPoint: string;
  readonly kind: EntryPointKind;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** /opt/ml/code: the script's working directory. */
  readonly codeDirectory: string;
  /** Whether the image has the TensorFlow toolkit on top of the general one. */
  readonly tensorflow: boolean;
  readonly standIns: StandIns;
}

/** What of this machine's Python stands for what the image has, as training_container/stand_ins.py tells it. */
export interface StandIns {
  /** Variables that the container has not: Keras 2 for images from before Keras 3. */
  readonly variables: Readonly<Record<string, string>>;
  /** Folders for PYTHONPATH, behind the script's own. */
  readonly folders: readonly string[];
  /** Which versions stand for which. */
  readonly notes: readonly string[];
}

/** The environment of a job whose code lies in its tree, with the container's paths moved to where they lie here. */
export async function trainingEnvironment(job: TrainingJobDocument): Promise<TrainingEnvironment> {
  const { request } = job;
  const base = baseDirectory(job.outputDirectory);
  const moved = (text: string) =>
    text.startsWith('"') ? `"${relocated(text.slice(1), base)}` : relocated(text, base);
  const checkpoints = checkpointDirectory(job);
  // Not with what the person's own environment has for Python.
  const asked = promisify(execFile)(job.python, ['-E', join(__dirname, 'training_environment.py')], {
    maxBuffer: Infinity,
  });
  // One that cannot start does not take its question.
  asked.child.stdin!.on('error', () => {});
  asked.child.stdin!.end(
    JSON.stringify({
      request: {
        ...request,
        HyperParameters: mapValues(request.HyperParameters ?? {}, moved),
        Environment: {
          ...mapValues(request.Environment ?? {}, moved),
          // Where the script finds what is /opt/ml/checkpoints in the container.
          ...(checkpoints && { SM_CHECKPOINT_DIR: checkpoints }),
        },
      },
      hostIndex: 0,
      baseDirectory: base,
      cpus: availableParallelism(),
      gpus: 0,
      region: job.region,
      trainingJobArn: trainingJobArn(request, job.region),
      python: job.python,
      codeFiles: readdirSync(join(base, 'code')),
    }),
  );
  return JSON.parse((await asked).stdout) as TrainingEnvironment;
}

/** The job's ARN, in the account and partition of its role. */
function trainingJobArn(request: CreateTrainingJobRequest, region: string): string {
  const [, partition, , , account] = (request.RoleArn ?? '').split(':');
  return `arn:${partition || 'aws'}:sagemaker:${region}:${account || PLACEHOLDER_ACCOUNT}:training-job/${request.TrainingJobName}`;
}

function mapValues(values: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
