import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { availableParallelism } from 'node:os';
import { baseDirectory, checkpointDirectory, relocated } from './training-directories';
import { type TrainingEnvironment, trainingEnvironment } from './training-environment';
import type { TrainingJobDocument } from './training-job-document';

/** The container's environment, with its paths moved to where they lie here. */
export function localEnvironment(job: TrainingJobDocument): TrainingEnvironment {
  const { request } = job;
  const base = baseDirectory(job.outputDirectory);
  const moved = (text: string) =>
    text.startsWith('"') ? `"${relocated(text.slice(1), base)}` : relocated(text, base);
  const checkpoints = checkpointDirectory(job);
  return trainingEnvironment({
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
  });
}

/** The job's ARN, in the account and partition of its role. */
function trainingJobArn(request: CreateTrainingJobRequest, region: string): string {
  const [, partition, , , account] = (request.RoleArn ?? '').split(':');
  return `arn:${partition || 'aws'}:sagemaker:${region}:${account || '000000000000'}:training-job/${request.TrainingJobName}`;
}

function mapValues(values: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
