import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServingOptions } from './serving-process';

/** What check_model.py says of an unpacked model artifact, as far as a run reads it. */
export interface ModelCheck {
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

/** Checks that an unpacked model artifact would load in the serving image: a SavedModel with signatures, or a script with handlers. */
export async function checkModel(
  options: Pick<
    ServingOptions,
    'python' | 'modelDirectory' | 'environment' | 'image' | 'codeDirectory' | 'signal'
  >,
): Promise<ModelCheck> {
  const { python, modelDirectory, environment, image, codeDirectory, signal } = options;
  const program = environment.SAGEMAKER_PROGRAM;
  const command = [
    join(__dirname, 'check_model.py'),
    modelDirectory,
    ...(image ? ['--image', image] : []),
    ...(program ? ['--program', program] : []),
    ...(codeDirectory ? ['--code-dir', codeDirectory] : []),
  ];
  try {
    return JSON.parse((await promisify(execFile)(python, command, { signal })).stdout) as ModelCheck;
  } catch (error) {
    // It ends with 1 where there are problems, which are on its standard output all the same.
    const { stdout } = error as { stdout?: string };
    if (!stdout) {
      throw error;
    }
    return JSON.parse(stdout) as ModelCheck;
  }
}
