// Which Python stands for an image: an environment of its own for each framework's version, made when it is asked for.

import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { ensurePythonEnvironment, type WantedPackages } from '../../python/python-environment';
import { RUNTIME_REQUIREMENTS } from '../../python/requirements';
import { hasScript } from '../../training/job-script';
import FRAMEWORK_IMAGES from './framework-images.json';

/** Who asks for a Python. */
interface FrameworkPythonOptions {
  /** An interpreter of a person's own, in which the script works already; it stands for every image. */
  readonly given: string | undefined;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** What a command line says of it. */
export const PYTHON_OPTION = {
  python: {
    type: 'string',
    value: 'PATH',
    description:
      "a Python in which the script works, instead of one that is made for the framework's version",
  },
} as const;

/** Packages from before NumPy 2 do not say that they need an older one. */
const OLDER_NUMPY = 'numpy<2';

/** Whether what an image does without a script, as a built-in algorithm, is done here too. */
export function isAlgorithmHere(image: string): boolean {
  return 'algorithm' in (imageRow(image)?.framework ?? {});
}

/** Whether a container that serves is one that is known here: TensorFlow's, or one with handlers. */
export function servesHere(image: string, environment: Readonly<Record<string, string>>): boolean {
  const program = environment.SAGEMAKER_PROGRAM !== undefined;
  return program || isAlgorithmHere(image) || /\/(sagemaker-)?tensorflow/.test(image);
}

/** Whether the script with handlers lies in the model's archive. */
export function servesFromModel(image: string): boolean {
  return ['pytorch', 'huggingface'].includes(imageRow(image)?.framework.serving ?? '');
}

/** Whether what trains runs here: a script, or an algorithm that this machine can have. */
export function trainsHere(
  request: Pick<CreateTrainingJobRequest, 'AlgorithmSpecification' | 'HyperParameters'>,
): boolean {
  return hasScript(request) || isAlgorithmHere(request.AlgorithmSpecification?.TrainingImage ?? '');
}

function imageRow(image: string) {
  const [, repository = '', tag = ''] = /([^/:]+):([^/:]+)$/.exec(image) ?? [];
  const [, framework] =
    Object.entries(FRAMEWORK_IMAGES).find(([pattern]) => new RegExp(`^(${pattern})$`).test(repository)) ?? [];
  const parts = framework && new RegExp(framework.tag).exec(tag)?.groups;
  return parts && { framework, parts };
}

/** The environment of an image's framework, by its directory in the project; undefined for TensorFlow's images, and for those of which nothing is known. */
export function frameworkEnvironment(image: string) {
  const row = imageRow(image);
  if (!row) {
    return undefined;
  }
  const { framework, parts } = row;
  const version = parts.version!.replace('-', '.');
  const values: Record<string, string> = {
    ...parts,
    version,
    minor: version.split('.').slice(0, 2).join('.'),
  };
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const requirements: WantedPackages = {
    alternatives: framework.packages
      .map((packages) => [...packages.map(filled), ...framework.with])
      .flatMap((packages) => [packages, [...packages, OLDER_NUMPY]]),
    modules: framework.modules,
    megabytes: framework.megabytes,
  };
  return { directory: `.venvs/${filled(framework.environment)}`, requirements };
}

/** The interpreter that stands for an image; makes its environment, the first time. @throws UserError for a given one that is not there */
export async function frameworkPython(image: string, options: FrameworkPythonOptions): Promise<string> {
  const { given, terminal, signal } = options;
  if (given !== undefined) {
    if (!existsSync(given)) {
      throw new UserError(`--python: '${given}' not found`);
    }
    return resolve(given);
  }
  const environment = frameworkEnvironment(image) ?? { requirements: RUNTIME_REQUIREMENTS };
  return ensurePythonEnvironment({ ...environment, terminal, signal });
}
