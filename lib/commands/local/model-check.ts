import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServingOptions } from './serving-process';

/** Why an unpacked model artifact would not load in the serving image, a line each: a SavedModel with signatures, or a script with handlers. */
export async function modelProblems(
  options: Pick<
    ServingOptions,
    'python' | 'modelDirectory' | 'environment' | 'image' | 'codeDirectory' | 'signal'
  >,
): Promise<string[]> {
  const { python, modelDirectory, environment, image, codeDirectory, signal } = options;
  const program = environment.SAGEMAKER_PROGRAM;
  const command = [
    join(__dirname, 'check_model.py'),
    modelDirectory,
    ...(image ? ['--image', image] : []),
    ...(program ? ['--program', program] : []),
    ...(codeDirectory ? ['--code-dir', codeDirectory] : []),
  ];
  const { stdout } = await promisify(execFile)(python, command, { signal });
  return JSON.parse(stdout) as string[];
}
