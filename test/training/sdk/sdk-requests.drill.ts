import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Duration, Size } from 'aws-cdk-lib';
import { Hosting } from '../../../lib/endpoint/hosting';
import { ModelSource } from '../../../lib/endpoint/model-source';
import { Algorithm } from '../../../lib/images/algorithm';
import { ContainerImage } from '../../../lib/images/container-image';
import { Framework } from '../../../lib/images/framework';
import { ensurePythonEnvironment } from '../../../lib/python/python-environment';
import { Channel } from '../../../lib/training/channel';
import { Distribution } from '../../../lib/training/distribution';
import { withDefaults } from '../../../lib/training/training';
import type { TrainingProps } from '../../../lib/training/training-props';
import {
  checkpointConfig,
  trainingRequest,
  type TrainingSurroundings,
} from '../../../lib/training/training-request';
import { stoppingCondition } from '../../../lib/training/training-time';
import { RecordingTerminal } from '../../console/recording-terminal';
import { ProjectDirectory, synthesizedProject } from '../../project-fixture';
import { readParameters } from './parameters-page';

/** The newest of the SDK's version 2, in an environment that only this drill makes. */
const SDK = 'sagemaker==2.257.7';
const directory = new ProjectDirectory();
afterAll(() => directory.remove());

/** The same job, in the SDK's arguments and in our props. */
interface Case {
  readonly title: string;
  readonly of: 'Estimator' | 'TensorFlow' | 'PyTorch';
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly inputs: unknown;
  readonly props: TrainingProps;
  readonly surroundings?: Partial<TrainingSurroundings>;
  readonly checkpoints?: true;
}

const call = (name: string, arguments_: Readonly<Record<string, unknown>>) => ({
  call: name,
  arguments: arguments_,
});

const ROLE = 'arn:aws:iam::111122223333:role/job';
const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1.2';
const ARCHIVE = 's3://BKT/assets/J/source/sourcedir.tar.gz';
const PLAN = 'arn:aws:sagemaker:eu-west-1:111122223333:training-plan/mine';

/** What every case says: the debugger is off here, and the profiler unless it is asked for. */
const COMMON = {
  role: ROLE,
  instance_count: 1,
  instance_type: 'ml.m5.xlarge',
  max_run: 3600,
  output_path: 's3://BKT/jobs',
  debugger_hook_config: false,
  disable_profiler: true,
};

const tensorflow = (
  title: string,
  changes: Partial<Omit<Case, 'props'>>,
  props: Partial<TrainingProps> = {},
): Case => ({
  title,
  of: 'TensorFlow',
  inputs: { training: 's3://some-bucket/x/' },
  ...changes,
  arguments: {
    ...COMMON,
    framework_version: '2.19',
    py_version: 'py312',
    image_uri: IMAGE,
    entry_point: 'train.py',
    source_dir: directory.sourceDir,
    code_location: 's3://BKT/assets',
    model_dir: false,
    ...changes.arguments,
  },
  props: {
    framework: Framework.tensorflow('2.19'),
    sourceDir: directory.sourceDir,
    entryPoint: 'train.py',
    instanceType: 'ml.m5.xlarge',
    channels: { training: Channel.fromS3('s3://some-bucket/x/') },
    ...props,
  },
});

const plain = (
  title: string,
  changes: Partial<Omit<Case, 'props'>>,
  props: Partial<TrainingProps> = {},
): Case => ({
  title,
  of: 'Estimator',
  inputs: { train: 's3://some-bucket/x/' },
  ...changes,
  arguments: { ...COMMON, image_uri: IMAGE, ...changes.arguments },
  props: {
    framework: Framework.image({ training: ContainerImage.fromUri(IMAGE) }),
    instanceType: 'ml.m5.xlarge',
    channels: { train: Channel.fromS3('s3://some-bucket/x/') },
    ...props,
  },
});

const CASES: readonly Case[] = [
  tensorflow(
    'hyperparameters, metrics, variables, volume, level',
    {
      arguments: {
        hyperparameters: { epochs: 20, 'batch-size': 32, optimizer: 'adam', nesterov: true },
        metric_definitions: [{ Name: 'train:error', Regex: 'Train_error=(.*?);' }],
        environment: { STAGE: 'test' },
        volume_size: 50,
        container_log_level: 10,
        max_retry_attempts: 3,
      },
    },
    {
      hyperparameters: { epochs: 20, 'batch-size': 32, optimizer: 'adam', nesterov: true },
      metricDefinitions: [{ name: 'train:error', regex: 'Train_error=(.*?);' }],
      environment: { STAGE: 'test' },
      volumeSize: Size.gibibytes(50),
      containerLogLevel: 'DEBUG',
      maxRetryAttempts: 3,
    },
  ),
  tensorflow(
    'dependencies',
    { arguments: { dependencies: [directory.dataset] } },
    { dependencies: [directory.dataset] },
  ),
  tensorflow(
    'spot with checkpoints',
    {
      arguments: {
        use_spot_instances: true,
        max_wait: 7200,
        checkpoint_s3_uri: 's3://BKT/checkpoints/unet-0123456789',
        checkpoint_local_path: '/opt/ml/checkpoints',
      },
      checkpoints: true,
    },
    { spot: true, maxWait: Duration.hours(2) },
  ),
  tensorflow(
    'network isolation, in a VPC, encrypted, with keys',
    {
      arguments: {
        enable_network_isolation: true,
        encrypt_inter_container_traffic: true,
        instance_count: 2,
        subnets: ['subnet-1'],
        security_group_ids: ['sg-1'],
        output_kms_key: 'arn:aws:kms:eu-west-1:111122223333:key/1',
        volume_kms_key: 'arn:aws:kms:eu-west-1:111122223333:key/1',
      },
      surroundings: {
        vpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
        kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1',
      },
    },
    { enableNetworkIsolation: true, encryptInterContainerTraffic: true, instanceCount: 2 },
  ),
  tensorflow(
    'profiler and TensorBoard',
    {
      arguments: {
        disable_profiler: false,
        profiler_config: call('ProfilerConfig', {
          s3_output_path: 's3://BKT/jobs',
          system_monitor_interval_millis: 1000,
        }),
        tensorboard_output_config: call('TensorBoardOutputConfig', {
          s3_output_path: 's3://BKT/jobs',
          container_local_output_path: '/opt/ml/output/logs',
        }),
      },
    },
    {
      profiler: { systemMonitorInterval: Duration.seconds(1) },
      tensorBoardOutput: { containerLocalOutputPath: '/opt/ml/output/logs' },
    },
  ),
  plain(
    "the container's own program, a plan, a check and a shell",
    {
      arguments: {
        container_entry_point: ['python', '/opt/program/train.py'],
        container_arguments: ['--fast'],
        enable_infra_check: true,
        enable_remote_debug: true,
        training_plan: PLAN,
      },
    },
    {
      containerEntryPoint: ['python', '/opt/program/train.py'],
      containerArguments: ['--fast'],
      enableInfraCheck: true,
      enableRemoteDebug: true,
      trainingPlan: PLAN,
    },
  ),
  plain(
    'channels of every kind',
    {
      arguments: { input_mode: 'FastFile' },
      inputs: {
        piped: call('TrainingInput', {
          s3_data: 's3://some-bucket/p/',
          distribution: 'ShardedByS3Key',
          compression: 'Gzip',
          content_type: 'text/csv',
          record_wrapping: 'RecordIO',
          input_mode: 'Pipe',
          shuffle_config: call('ShuffleConfig', { seed: 42 }),
        }),
        listed: call('TrainingInput', {
          s3_data: 's3://some-bucket/m.manifest',
          s3_data_type: 'ManifestFile',
          input_mode: 'File',
        }),
        labelled: call('TrainingInput', {
          s3_data: 's3://some-bucket/a.manifest',
          s3_data_type: 'AugmentedManifestFile',
          attribute_names: ['source-ref', 'label'],
          input_mode: 'Pipe',
          record_wrapping: 'RecordIO',
        }),
      },
    },
    {
      inputMode: 'FastFile',
      channels: {
        piped: Channel.fromS3('s3://some-bucket/p/', {
          distribution: 'ShardedByS3Key',
          compressionType: 'Gzip',
          contentType: 'text/csv',
          recordWrapperType: 'RecordIO',
          inputMode: 'Pipe',
          shuffleSeed: 42,
        }),
        listed: Channel.fromManifest('s3://some-bucket/m.manifest', {
          dataUris: ['s3://some-bucket/m/'],
          inputMode: 'File',
        }),
        labelled: Channel.fromAugmentedManifest('s3://some-bucket/a.manifest', {
          dataUris: ['s3://some-bucket/a/'],
          attributeNames: ['source-ref', 'label'],
          recordWrapperType: 'RecordIO',
        }),
      },
    },
  ),
  plain(
    'a model to go on from',
    { arguments: { model_uri: 's3://some-bucket/model.tar.gz' } },
    {
      channels: {
        train: Channel.fromS3('s3://some-bucket/x/'),
        model: Channel.fromS3('s3://some-bucket/model.tar.gz', {
          contentType: 'application/x-sagemaker-model',
          inputMode: 'File',
        }),
      },
    },
  ),
  plain(
    'file systems',
    {
      inputs: {
        efs: call('FileSystemInput', {
          file_system_id: 'fs-0123456789abcdef0',
          file_system_type: 'EFS',
          directory_path: '/data',
        }),
        lustre: call('FileSystemInput', {
          file_system_id: 'fs-0123456789abcdef1',
          file_system_type: 'FSxLustre',
          directory_path: '/mount/data',
          file_system_access_mode: 'rw',
          content_type: 'text/csv',
        }),
      },
    },
    {
      channels: {
        efs: Channel.fromFileSystem({
          fileSystemId: 'fs-0123456789abcdef0',
          fileSystemType: 'EFS',
          directoryPath: '/data',
        }),
        lustre: Channel.fromFileSystem({
          fileSystemId: 'fs-0123456789abcdef1',
          fileSystemType: 'FSxLustre',
          directoryPath: '/mount/data',
          fileSystemAccessMode: 'rw',
          contentType: 'text/csv',
        }),
      },
    },
  ),
  ...(
    [
      [{ multi_worker_mirrored_strategy: { enabled: true } }, Distribution.multiWorkerMirroredStrategy()],
      [{ parameter_server: { enabled: true } }, Distribution.parameterServer()],
      [{ mpi: { enabled: true } }, Distribution.mpi()],
      [
        { mpi: { enabled: true, processes_per_host: 4, custom_mpi_options: '--verbose' } },
        Distribution.mpi({ processesPerHost: 4, customMpiOptions: '--verbose' }),
      ],
    ] as const
  ).map(([distribution, ours]) =>
    tensorflow(
      `distribution ${JSON.stringify(distribution)}`,
      { arguments: { distribution, instance_count: 2 } },
      { distribution: ours, instanceCount: 2 },
    ),
  ),
  tensorflow(
    'torchrun',
    {
      of: 'PyTorch',
      arguments: {
        model_dir: undefined,
        framework_version: '2.5.1',
        py_version: 'py311',
        image_uri: undefined,
        instance_type: 'ml.g5.12xlarge',
        instance_count: 2,
        distribution: { torch_distributed: { enabled: true } },
      },
    },
    {
      framework: Framework.pytorch('2.5'),
      instanceType: 'ml.g5.12xlarge',
      instanceCount: 2,
      distribution: Distribution.torchDistributed(),
    },
  ),
  plain(
    'a built-in algorithm',
    {
      arguments: {
        image_uri: call('image', { name: 'xgboost', version: '3.0-5' }),
        hyperparameters: { num_round: 100, objective: 'reg:squarederror', eta: 0.2 },
      },
      inputs: {
        train: call('TrainingInput', { s3_data: 's3://some-bucket/train/', content_type: 'text/csv' }),
        validation: call('TrainingInput', {
          s3_data: 's3://some-bucket/validation/',
          content_type: 'text/csv',
        }),
      },
    },
    {
      framework: undefined,
      algorithm: Algorithm.xgboost('3.0-5'),
      hyperparameters: { num_round: 100, objective: 'reg:squarederror', eta: 0.2 },
      channels: {
        train: Channel.fromS3('s3://some-bucket/train/', { contentType: 'text/csv' }),
        validation: Channel.fromS3('s3://some-bucket/validation/', { contentType: 'text/csv' }),
      },
    },
  ),
];

let answers: {
  readonly requests: readonly Record<string, unknown>[];
  /** The files of the archive that each uploads. */
  readonly archives: readonly (readonly string[])[];
  readonly containers: Readonly<Record<string, { environment: Record<string, string>; packed: boolean }>>;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
};

beforeAll(async () => {
  const python = await ensurePythonEnvironment({
    requirements: { alternatives: [[SDK]], modules: ['sagemaker'], megabytes: 100 },
    directory: join('.venv', 'sdk'),
    terminal: new RecordingTerminal(),
    signal: new AbortController().signal,
  });
  const asked = CASES.map(({ of, arguments: arguments_, inputs }) => ({ of, arguments: arguments_, inputs }));
  const told = execFileSync(python, [join(__dirname, 'sdk_requests.py'), directory.sourceDir], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, SAGEMAKER_SUPPRESS_V2_WARNING: '1' },
  });
  answers = JSON.parse(told.slice(told.indexOf('{"requests"'))) as typeof answers;
}, 600_000);

/** Our request, and what CreateTrainingJob gets beside it. */
function ours({ props, surroundings, checkpoints }: Case, image: unknown): unknown {
  const training = withDefaults(props);
  return JSON.parse(
    JSON.stringify({
      ...trainingRequest(training, {
        bucketName: 'BKT',
        roleArn: ROLE,
        // The drill of images holds those of the table against the SDK.
        trainingImage: image as string,
        sourceArchive: training.script && {
          s3ObjectUrl: ARCHIVE,
          s3ObjectKey: 'assets/J/source/sourcedir.tar.gz',
        },
        region: 'eu-west-1',
        stoppingCondition: stoppingCondition(training),
        ...surroundings,
      }),
      CheckpointConfig: checkpoints && checkpointConfig('BKT', 'unet-0123456789'),
    }),
  );
}

/** The SDK's request without what our function adds when it starts the job: its name. */
function theirs({ TrainingJobName: _name, ...request }: Record<string, unknown>): unknown {
  const { sagemaker_job_name: _job, ...HyperParameters } = (request.HyperParameters ?? {}) as Record<
    string,
    string
  >;
  return { ...request, HyperParameters };
}

test.each(CASES.map((one, place) => [one.title, place] as const))(
  'the SDK sends the same request for %s',
  (_title, place) => {
    const request = answers.requests[place]!;
    const { TrainingImage } = request.AlgorithmSpecification as { TrainingImage: unknown };
    expect(ours(CASES[place]!, TrainingImage)).toEqual(theirs(request));
    const { source } = withDefaults(CASES[place]!.props);
    expect(source?.files() ?? []).toEqual(answers.archives[place]);
  },
);

test.each([
  ['pytorch', Framework.pytorch('2.6')],
  ['huggingface', Framework.huggingface({ transformers: '4.49', pytorch: '2.6' })],
  ['sklearn', Framework.sklearn('1.9-0')],
  ['xgboost', Framework.xgboost('3.2-0')],
] as const)('the SDK tells a container of %s the same of the script that serves', (name, framework) => {
  const archived = framework.servingScript === 'archive';
  const hosted = synthesizedProject({
    model: ModelSource.fromS3('s3://some-bucket/model.tar.gz', { framework }),
    hosting: Hosting.realtime({
      instanceType: 'ml.m5.xlarge',
      entryPoint: 'train.py',
      ...(archived ? { sourceDir: directory.sourceDir } : {}),
    }),
  });
  const anywhere = { SAGEMAKER_SUBMIT_DIRECTORY: expect.anything() };
  const [model] = Object.values(hosted.endpoint().findResources('AWS::SageMaker::Model'));
  const { environment, packed } = answers.containers[name]!;
  // Where the SDK packs the script into the model, it is the training script that does so here.
  expect(packed).toBe(!archived);
  expect(model!.Properties.PrimaryContainer.Environment).toEqual({
    ...environment,
    SAGEMAKER_REGION: { Ref: 'AWS::Region' },
    ...(archived ? anywhere : {}),
  });
});

// Version 3 would want an environment of its own.
test.each(['Estimator', 'TensorFlow', 'TrainingInput', 'FileSystemInput', 'fit', 'deploy'])(
  'the page has each parameter of %s, once, and no other',
  (callable) => {
    const rows = readParameters().filter(({ of }) => of === callable);
    expect(rows.map(({ name }) => name).toSorted()).toEqual(answers.parameters[callable]);
  },
);
