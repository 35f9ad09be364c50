import type { CreateTrainingJobRequest, MetricDefinition } from '@aws-sdk/client-sagemaker';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { baseDirectory } from './training-directories';
import type { TrainingJobDocument } from './training-job-document';
import { PLACEHOLDER_ACCOUNT } from '../../names';
import { IMAGE_PACKAGES } from '../../python/python-environment';

/** What a training container's entry point gets, as training_container/toolkit.py tells it. */
export interface TrainingEnvironment {
  /** The texts of the files in input/config, by name without `.json`. */
  readonly configFiles: Readonly<Record<string, string>>;
  /** The container's and the toolkit's variables, complete but for PATH and its like. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the script, relative to the working directory. */
  readonly entryPoint: string;
  /** How the toolkit starts it: a shell command, a module of an installed package, or a script. An algorithm has none. */
  readonly kind: 'command' | 'package' | 'program' | 'algorithm';
  /** What is read from the log: the job's, or what SageMaker itself knows of its algorithm. */
  readonly metricDefinitions: readonly MetricDefinition[];
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The script's working directory, as the script sees it: /opt/ml/code. */
  readonly codeDirectory: string;
  /** Whether the image has the TensorFlow toolkit on top of the general one. */
  readonly tensorflow: boolean;
  readonly standIns: StandIns;
  /** Whether a process here can be made to find the tree at /opt/ml, of which all paths then are. */
  readonly atOptMl: boolean;
  /** Where that cannot be: what names paths below /opt/ml nevertheless. */
  readonly hardCodedPaths: readonly HardCodedPath[];
  /** Where the source asks AWS for something, such as `train.py:3 imports s3fs`. */
  readonly asksAws: readonly string[];
  /** The arguments of install_image_packages.py; null if this Python has what the script imports. */
  readonly missingPackages: readonly string[] | null;
}

/** What of this machine's Python stands for what the image has, as training_container/stand_ins.py tells it. */
interface StandIns {
  /** Variables that the container has not: Keras 2 for images from before Keras 3. */
  readonly variables: Readonly<Record<string, string>>;
  /** Folders for PYTHONPATH, behind the script's own. */
  readonly folders: readonly string[];
  /** Which versions stand for which. */
  readonly notes: readonly string[];
}

/** A path below /opt/ml in the source, a hyperparameter or a variable. */
interface HardCodedPath {
  /** Such as `train.py:9`. */
  readonly where: string;
  readonly path: string;
  /** What is the same on SageMaker and here. */
  readonly instead: string;
}

/** The Python environment of one run, over that of `job.python`: made anew with its trainingEnvironment. */
export function runEnvironment(job: TrainingJobDocument): string {
  return join(dirname(baseDirectory(job.outputDirectory)), 'venv');
}

/** The environment of a job whose tree is laid out. */
export async function trainingEnvironment(job: TrainingJobDocument): Promise<TrainingEnvironment> {
  const { request } = job;
  const base = baseDirectory(job.outputDirectory);
  // Not with what the person's own environment has for Python.
  const asked = promisify(execFile)(job.python, ['-E', join(__dirname, 'training_environment.py')], {
    maxBuffer: Infinity,
  });
  // One that cannot start does not take its question.
  asked.child.stdin!.on('error', () => {});
  asked.child.stdin!.end(
    JSON.stringify({
      request,
      hostIndex: 0,
      baseDirectory: base,
      cpus: availableParallelism(),
      gpus: 0,
      region: job.region,
      trainingJobArn: trainingJobArn(request, job.region),
      runEnvironment: runEnvironment(job),
      imagePackages: IMAGE_PACKAGES,
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
