import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import type { TrainingProps } from './training-props';

/** How often the profiler can look, in milliseconds. */
const INTERVALS = [100, 200, 500, 1_000, 5_000, 60_000];

/** Where a training job must not write its TensorBoard logs, and why. */
const TAKEN: readonly (readonly [path: string, use: string])[] = [
  ['/opt/ml/model', 'becomes the model'],
  ['/opt/ml/input', 'holds the data'],
  ['/opt/ml/code', 'holds the script'],
  ['/opt/ml/checkpoints', 'is kept by checkpoints'],
];

/** The fields of CreateTrainingJob. @param outputPath the S3 URI of the results */
export function monitoringFields(
  { profiler, tensorBoardOutput, enableInfraCheck }: TrainingProps,
  outputPath: string,
): Pick<CreateTrainingJobRequest, 'ProfilerConfig' | 'TensorBoardOutputConfig' | 'InfraCheckConfig'> {
  return {
    ProfilerConfig: profiler
      ? {
          DisableProfiler: false,
          S3OutputPath: outputPath,
          ProfilingIntervalInMilliseconds: profiler.systemMonitorInterval?.toMilliseconds(),
        }
      : { DisableProfiler: true },
    TensorBoardOutputConfig: tensorBoardOutput && {
      S3OutputPath: outputPath,
      LocalPath: tensorBoardOutput.containerLocalOutputPath,
    },
    InfraCheckConfig: enableInfraCheck ? { EnableInfraCheck: true } : undefined,
  };
}

/** What is wrong with what is measured. */
export function monitoringProblems({ profiler, tensorBoardOutput }: TrainingProps): string[] {
  const problems: string[] = [];
  const interval = profiler?.systemMonitorInterval?.toMilliseconds({ integral: false });
  if (interval !== undefined && !INTERVALS.includes(interval)) {
    problems.push(
      `profiler.systemMonitorInterval: ${interval} ms is none of ${INTERVALS.join(', ')} ms; take the next, such as Duration.millis(500)`,
    );
  }
  const path = tensorBoardOutput?.containerLocalOutputPath;
  if (path !== undefined && (!path.startsWith('/') || path.length > 4096)) {
    problems.push(
      `tensorBoardOutput.containerLocalOutputPath: '${path.slice(0, 60)}' is not a path in the container; leave it out for /opt/ml/output/tensorboard`,
    );
  }
  const taken = TAKEN.find(([place]) => path === place || path?.startsWith(`${place}/`));
  if (taken) {
    problems.push(
      `tensorBoardOutput.containerLocalOutputPath: '${path}' ${taken[1]}; leave it out for /opt/ml/output/tensorboard`,
    );
  }
  return problems;
}
