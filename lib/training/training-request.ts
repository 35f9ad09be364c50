import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { CreateTrainingJobRequest, StoppingCondition } from '@aws-sdk/client-sagemaker';
import { SizeRoundingBehavior } from 'aws-cdk-lib';
import type { TrainingBudget } from '../cost/budget';
import { hasLocalStorage } from '../images/instance-types';
import { CHECKPOINTS_PREFIX, CODE_CHANNEL, JOBS_PREFIX, REQUEST_HASH_LENGTH } from '../names';
import { Channel } from './channel';
import { logLevel } from './container';
import { encodeHyperparameters, plainHyperparameters } from './hyperparameters';
import { monitoringFields } from './monitoring';
import type { Training } from './training';

/** Where SageMaker keeps the script's checkpoints in the container. */
const CHECKPOINT_PATH = '/opt/ml/checkpoints';

/** What CreateTrainingJob gets, but for the job's name: a name is made for each run. */
export type TrainingRequest = Omit<CreateTrainingJobRequest, 'TrainingJobName' | 'Tags'>;

/** What a request needs of the stack around it. Strings may be tokens. */
export interface TrainingSurroundings {
  /** The bucket for outputs and uploaded channels. */
  readonly bucketName: string;
  readonly roleArn: string;
  readonly trainingImage: string;
  /** The script's archive, whose URL may be one token as a whole; none with an algorithm. */
  readonly sourceArchive: { readonly s3ObjectUrl: string; readonly s3ObjectKey: string } | undefined;
  readonly region: string;
  /** The key of the results, and of the volumes. */
  readonly kmsKeyArn?: string | undefined;
  readonly stoppingCondition: StoppingCondition;
  /** Subnets and security groups of the instances. */
  readonly vpcConfig?: { readonly Subnets: string[]; readonly SecurityGroupIds: string[] };
}

/** The versions that `Channel.fromS3` channels give to their contents. */
export function datasetVersions(channels: Training['channels']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(channels).flatMap(([name, { version }]) =>
      version === undefined ? [] : [[name, version]],
    ),
  );
}

/**
 * The request of CreateTrainingJob for a configuration, as the SageMaker Python SDK's estimator would send it.
 * Differences: the debugger is off, and the profiler unless asked for, since they cost storage, and there is no `model_dir`
 * hyperparameter, as with the SDK's `model_dir=False`.
 */
export function trainingRequest(props: Training, surroundings: TrainingSurroundings): TrainingRequest {
  const outputPath = `s3://${surroundings.bucketName}/${JOBS_PREFIX.slice(0, -1)}`;
  const { sourceArchive } = surroundings;
  const codeChannel = props.enableNetworkIsolation ? sourceArchive?.s3ObjectUrl : undefined;
  const codePath = `/opt/ml/input/data/${CODE_CHANNEL}/${basename(sourceArchive?.s3ObjectKey ?? '')}`;
  return {
    AlgorithmSpecification: {
      TrainingImage: surroundings.trainingImage,
      TrainingInputMode: props.inputMode,
      MetricDefinitions:
        props.metricDefinitions.length > 0
          ? props.metricDefinitions.map(({ name, regex }) => ({ Name: name, Regex: regex }))
          : undefined,
      EnableSageMakerMetricsTimeSeries: props.script ? true : undefined,
      ContainerEntrypoint: props.containerEntryPoint && [...props.containerEntryPoint],
      ContainerArguments: props.containerArguments && [...props.containerArguments],
    },
    RoleArn: surroundings.roleArn,
    HyperParameters: props.script
      ? {
          ...encodeHyperparameters(props.hyperparameters),
          sagemaker_program: JSON.stringify(props.script.entryPoint),
          sagemaker_submit_directory: `"${codeChannel ? codePath : sourceArchive?.s3ObjectUrl}"`,
          sagemaker_container_log_level: String(logLevel(props)),
          sagemaker_region: `"${surroundings.region}"`,
          ...props.distribution?.hyperparameters(props.instanceType),
        }
      : plainHyperparameters(props.hyperparameters),
    Environment: props.environment,
    InputDataConfig: [
      ...Object.entries(props.channels).map(([name, channel]) =>
        channel.input(name, surroundings.bucketName),
      ),
      ...(codeChannel ? [Channel.fromS3(codeChannel).input(CODE_CHANNEL, '')] : []),
    ],
    OutputDataConfig: {
      S3OutputPath: outputPath,
      KmsKeyId: surroundings.kmsKeyArn,
    },
    ResourceConfig: {
      InstanceType: props.instanceType as never,
      InstanceCount: props.instanceCount,
      VolumeSizeInGB: props.volumeSize.toGibibytes(),
      TrainingPlanArn: props.trainingPlan,
      VolumeKmsKeyId: hasLocalStorage(props.instanceType) ? undefined : surroundings.kmsKeyArn,
    },
    StoppingCondition: surroundings.stoppingCondition,
    EnableManagedSpotTraining: props.spot ? true : undefined,
    RetryStrategy:
      props.maxRetryAttempts === undefined ? undefined : { MaximumRetryAttempts: props.maxRetryAttempts },
    VpcConfig: surroundings.vpcConfig,
    EnableInterContainerTrafficEncryption: props.encryptInterContainerTraffic,
    EnableNetworkIsolation: props.enableNetworkIsolation ? true : undefined,
    RemoteDebugConfig: props.enableRemoteDebug ? { EnableRemoteDebug: true } : undefined,
    ...monitoringFields(props, outputPath),
  };
}

/** What keeps a job's checkpoints in S3. The prefix is the job's identity: another configuration never resumes from these. */
export function checkpointConfig(
  bucketName: string,
  jobNamePrefix: string,
): TrainingRequest['CheckpointConfig'] {
  return { S3Uri: `s3://${bucketName}/${CHECKPOINTS_PREFIX}${jobNamePrefix}`, LocalPath: CHECKPOINT_PATH };
}

/** A job's budget, and what it is to pay for; undefined without one. */
export function trainingBudget(props: Training): TrainingBudget | undefined {
  const { budget, instanceType, instanceCount } = props;
  const volumeSize = props.volumeSize.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  return budget === undefined ? undefined : { budget, instanceType, instanceCount, volumeSize };
}

/** Whether a job's checkpoints are kept; undefined if nothing was said. */
export function keepsCheckpoints({ checkpoints, spot }: Training): boolean | undefined {
  return checkpoints ?? (spot ? true : undefined);
}

/**
 * What another of which is another training: the request, and what CreateTrainingJob knows nothing of.
 * With a budget, what was typed of the times stands for those that it comes to: another price of the same instance trains nothing again.
 */
export function trainingIdentity(props: Training, request: TrainingRequest): unknown {
  return {
    request:
      props.budget === undefined
        ? request
        : {
            ...request,
            StoppingCondition: {
              budget: props.budget,
              maxRuntime: props.maxRuntime?.toSeconds(),
              maxWait: props.maxWait?.toSeconds(),
              maxPendingTime: props.maxPendingTime?.toSeconds(),
            },
          },
    versions: datasetVersions(props.channels),
    checkpoints: keepsCheckpoints(props),
  };
}

/** A hash of anything that can be written as JSON, independent of the order of its keys. */
export function identityHash(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return createHash('sha256').update(sorted).digest('hex').slice(0, REQUEST_HASH_LENGTH);
}
