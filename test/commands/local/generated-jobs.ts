import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import fc from 'fast-check';
import { encodeHyperparameters } from '../../../lib/training/hyperparameters';

export const TENSORFLOW_IMAGE =
  '763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.21.0-cpu-py312';
const OTHER_IMAGE = '763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.9.0-cpu-py312';

/** A job, as a request and what it was made of. */
export interface GeneratedJob {
  /** The script's hyperparameters, where the request was not written by hand. */
  readonly values?: Record<string, unknown>;
  readonly request: CreateTrainingJobRequest;
  readonly hostIndex: number;
  readonly cpus: number;
  readonly gpus: number;
  readonly entryPoint: string;
  readonly codeFiles: string[];
}

/** Characters with a meaning to a shell, to JSON, to Python's repr or to upper-casing, and plain ones. */
const character = fc.constantFrom(
  ...'abzAZ019-_.,:/=+%@^!~#$`\'"\\&|;<>()[]{}*? \t\n\r',
  ...[
    '\u0000',
    '\u0001',
    '\u007f',
    '\u00a0',
    '\u00ad',
    'é',
    'ß',
    'ı',
    '中',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\ue000',
    '😀',
    '\u{10fffe}',
  ],
);
const oddText = fc.string({ unit: character, maxLength: 8 });
const plainText = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.:/=,@%+-]{1,12}$/),
  fc.constantFrom(
    'adam',
    's3://bucket/a/b',
    'é中😀',
    'true',
    'None',
    '1e-3',
    '-5',
    'a,b',
    '100%',
    'x=~',
    '!',
    '^a',
    'NaN',
  ),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0.1,
    1e-5,
    1e-4,
    0.00012345,
    1e15,
    1e16,
    1.5e16,
    1e21,
    1e22,
    123456789012345680,
    -0,
    5e-324,
    2 ** 53,
  ),
);
const scalar = fc.oneof(plainText, number, fc.boolean());
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as unknown);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: scalar },
  { weight: 2, arbitrary: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), scalar, { maxKeys: 3 }) },
  { weight: 1, arbitrary: oddText },
  { weight: 1, arbitrary: fc.constantFrom(null, '', [], {}) },
  { weight: 1, arbitrary: fc.array(fc.oneof(scalar, oddText), { maxLength: 3 }) },
  { weight: 1, arbitrary: json },
);
const name = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,12}$/) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'epochs',
      'batch-size',
      'batch_size',
      'lr',
      'LR',
      'x',
      '1',
      '-',
      '--',
      'model_dir',
      'ß',
      'é',
    ),
  },
  { weight: 1, arbitrary: oddText },
  {
    weight: 1,
    arbitrary: fc.constantFrom('sagemaker_x', 'default_user_module_name', '_tuning_objective_metric', ''),
  },
);

/** Texts that are not what an SDK would send, but what a hand-written request can hold. */
const handWritten = fc.oneof(
  plainText,
  oddText,
  fc.constantFrom(
    '1.0',
    '-0',
    '-0.0',
    '1E5',
    '1e400',
    '-1e400',
    '01',
    '1.',
    '.5',
    '+1',
    'NaN',
    '-Infinity',
    'nan',
    ' 1 ',
    '[1, 2.50, true, null]',
    '{"b": 1, "a": {"z": [1e16, 0.00001]}, "b": 2}',
    '[{"2": 1, "1": 2}]',
    '"\\u00e9\\ud83d\\ude00"',
    '"\\x"',
    "['a']",
    '"a',
    '[1,]',
    '123456789012345678901234567890',
    '["it\'s", "\\"", "a\\n\\u0001\\u00a0\\ud800"]',
    '{"\\ud83d\\ude00": 1, "\\uffff": 2}',
    '\ufeff1',
  ),
);

const groups = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      InstanceType: fc.constantFrom('ml.m5.xlarge', 'ml.g5.xlarge'),
      InstanceCount: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      InstanceGroups: fc
        .tuple(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 3 }))
        .map(([a, b]) => [
          { InstanceGroupName: 'workers', InstanceType: 'ml.m5.xlarge', InstanceCount: a },
          { InstanceGroupName: 'helpers', InstanceType: 'ml.c5.xlarge', InstanceCount: b },
        ]),
    }),
  },
);

const channel = fc.record(
  {
    ChannelName: fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/),
    ContentType: fc.constantFrom('application/x-image', 'text/csv'),
    InputMode: fc.constantFrom('File', 'FastFile', 'Pipe'),
    RecordWrapperType: fc.constantFrom('None', 'RecordIO'),
    DataSource: fc.record({
      S3DataSource: fc.record({
        S3DataType: fc.constant('S3Prefix' as const),
        S3Uri: fc.constant('s3://bucket/data'),
        S3DataDistributionType: fc.constantFrom('FullyReplicated' as const, 'ShardedByS3Key' as const),
      }),
    }),
  },
  { requiredKeys: ['ChannelName'] },
);

const flag = fc.constantFrom('true', 'true', 'true', 'false', '0', '""', '"on"');

/** MPI runs on its first host only: the others wait for it and start nothing. */
const distribution = fc.oneof(
  fc.constant({}),
  fc.record({ sagemaker_multi_worker_mirrored_strategy_enabled: flag }),
  fc.record({
    sagemaker_parameter_server_enabled: flag,
    sagemaker_multi_worker_mirrored_strategy_enabled: flag,
  }),
  fc.record({
    sagemaker_mpi_enabled: fc.constant('true'),
    sagemaker_mpi_num_of_processes_per_host: fc.constantFrom('1', '4'),
  }),
  fc.record({
    sagemaker_multi_worker_mirrored_strategy_enabled: flag,
    sagemaker_distribution_instance_groups: fc.constant('["workers"]'),
  }),
);

const environment = fc.dictionary(
  fc.oneof(
    fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,8}$/),
    fc.constantFrom('SM_HP_MP_PARAMETERS', 'AWS_DEFAULT_REGION', 'TF_CPP_MIN_LOG_LEVEL', 'SM_HPS'),
  ),
  fc.oneof(plainText, fc.constantFrom('', '{}', 'a b$c')),
  { maxKeys: 3 },
);

export const generatedJob: fc.Arbitrary<GeneratedJob> = fc
  .record({
    values: fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }),
    handWritten: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      {
        weight: 1,
        arbitrary: fc.dictionary(name, handWritten, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      },
    ),
    sagemaker: fc.record(
      {
        sagemaker_submit_directory: fc.constant('"s3://bucket/source/sourcedir.tar.gz"'),
        sagemaker_container_log_level: fc.constantFrom('20', '30'),
        sagemaker_job_name: fc.constant('"job-1"'),
        sagemaker_region: fc.constant('"eu-west-1"'),
        sagemaker_enable_cloudwatch_metrics: fc.constant('false'),
        sagemaker_something_else: fc.constantFrom('{"b":[1.50],"a":null}', 'text'),
        _tuning_objective_metric: fc.constant('"m"'),
        model_dir: fc.constantFrom('"s3://bucket/jobs/job-1/model"', '"/opt/ml/model"', '/opt/ml/model'),
      },
      { requiredKeys: [] },
    ),
    distribution,
    resources: groups,
    channels: fc.uniqueArray(channel, { maxLength: 4, selector: ({ ChannelName }) => ChannelName }),
    environment,
    image: fc.constantFrom(TENSORFLOW_IMAGE, TENSORFLOW_IMAGE, OTHER_IMAGE),
    host: fc.nat(),
    cpus: fc.integer({ min: 1, max: 96 }),
    gpus: fc.constantFrom(0, 0, 1, 8),
    entryPoint: fc.constantFrom('train.py', 'train.py', 'src/train.py', 'train.sh', 'run', 'module.py'),
    setup: fc.boolean(),
  })
  .map((parts): GeneratedJob => {
    const mpi = 'sagemaker_mpi_enabled' in parts.distribution;
    const hosts =
      'InstanceGroups' in parts.resources
        ? parts.resources.InstanceGroups.reduce((sum, { InstanceCount }) => sum + InstanceCount, 0)
        : parts.resources.InstanceCount;
    return {
      values: parts.handWritten ? undefined : parts.values,
      request: {
        TrainingJobName: 'job-1',
        RoleArn: 'arn:aws:iam::123456789012:role/training',
        AlgorithmSpecification: { TrainingImage: parts.image, TrainingInputMode: 'File' },
        OutputDataConfig: { S3OutputPath: 's3://bucket/jobs' },
        StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        ResourceConfig: {
          VolumeSizeInGB: 30,
          ...parts.resources,
        } as CreateTrainingJobRequest['ResourceConfig'],
        InputDataConfig: parts.channels as CreateTrainingJobRequest['InputDataConfig'],
        // Model parallelism under MPI asks for a library of the GPU images.
        Environment: mpi ? {} : parts.environment,
        HyperParameters: {
          ...(parts.handWritten ?? encodeHyperparameters(parts.values)),
          ...parts.sagemaker,
          ...parts.distribution,
          sagemaker_program: JSON.stringify(parts.entryPoint),
        },
      },
      hostIndex: mpi ? 0 : parts.host % hosts,
      cpus: parts.cpus,
      gpus: parts.gpus,
      entryPoint: parts.entryPoint,
      codeFiles: [parts.entryPoint, ...(parts.setup ? ['setup.py'] : [])],
    };
  });
