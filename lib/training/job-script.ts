import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';

/** Whether a toolkit starts a script in a job; an algorithm, or an image's own program, has none. */
export function hasScript({ HyperParameters }: Pick<CreateTrainingJobRequest, 'HyperParameters'>): boolean {
  return HyperParameters?.sagemaker_program !== undefined;
}
