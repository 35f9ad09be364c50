import fc from 'fast-check';
import { entryPointCommand, entryPointType } from '../../../lib/commands/local/entry-point';
import { isTensorflowImage } from '../../../lib/commands/local/tensorflow-environment';
import { trainingConfigFiles } from '../../../lib/commands/local/training-config';
import { trainingEnvironment } from '../../../lib/commands/local/training-environment';
import { hyperparameterProblems } from '../../../lib/training/hyperparameters';
import { type GeneratedJob, generatedJob, TENSORFLOW_IMAGE } from './generated-jobs';
import { type OracleAnswer, PYTHON, ToolkitOracle } from './toolkit-oracle';

const ARN = 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1';

let oracle: ToolkitOracle;
beforeAll(() => {
  oracle = new ToolkitOracle();
});
afterAll(() => oracle.end());

function ourEnvironment(job: GeneratedJob) {
  return trainingEnvironment({
    request: job.request,
    hostIndex: job.hostIndex,
    baseDirectory: oracle.baseDirectory,
    cpus: job.cpus,
    gpus: job.gpus,
    region: 'eu-west-1',
    trainingJobArn: ARN,
  });
}

function question(job: GeneratedJob, code: Record<string, string>) {
  return {
    files: ourEnvironment(job).configFiles,
    container: {
      ...job.request.Environment,
      AWS_REGION: 'eu-west-1',
      TRAINING_JOB_NAME: 'job-1',
      TRAINING_JOB_ARN: ARN,
    },
    cpus: job.cpus,
    gpus: job.gpus,
    toolkit: isTensorflowImage(job.request.AlgorithmSpecification!.TrainingImage) ? 'tensorflow' : 'general',
    code,
  };
}

/** Without what belongs to the oracle's own process, and the Python path down to what the toolkit put first. */
function ofTheJob(environment: Record<string, string>): Record<string, string> {
  const {
    PATH: _,
    HOME: _home,
    LANG: _lang,
    LC_CTYPE: _type,
    SM_STUDIO_LOCAL_MODE: _mode,
    ...rest
  } = environment;
  return { ...rest, PYTHONPATH: rest.PYTHONPATH!.split(':')[0]! };
}

/** What starts the script: under MPI it comes after mpirun's options, through a module that takes no `--`. */
function scriptCommand(argv: string[], mpi: boolean): string[] {
  if (!mpi) {
    return argv;
  }
  const start = argv.includes('/bin/sh') ? argv.indexOf('/bin/sh') : argv.indexOf(PYTHON) + 1;
  const command = argv.slice(start);
  return command.slice(command[0] === '--' ? 1 : command[1] === 'mpi4py' ? 2 : 0);
}

test('environment and arguments are those of the official toolkits, and jobs that they spoil are refused', async () => {
  const counts = { compared: 0, failed: 0, refused: 0, throughShell: 0 };
  await fc.assert(
    fc.asyncProperty(generatedJob, async (job) => {
      const problems = job.values && hyperparameterProblems(job.values);
      const theirs = (await oracle.ask(
        question(job, Object.fromEntries(job.codeFiles.map((file) => [file, '']))),
      )) as OracleAnswer;
      counts.refused += problems?.length ? 1 : 0;
      if (theirs.error) {
        counts.failed += 1;
        // A request that was written by hand did not pass our checks.
        if (problems?.length === 0) {
          throw new Error(`the toolkit fails, and nothing was refused: ${theirs.error}`);
        }
        return;
      }
      const ours = ourEnvironment(job);
      counts.compared += 1;
      expect(ours.environment).toEqual(ofTheJob(theirs.environment));
      expect(ours.codeDirectory).toBe(theirs.cwd);
      const command = entryPointCommand(
        entryPointType(job.entryPoint, job.codeFiles),
        PYTHON,
        ours.entryPoint,
        ours.arguments,
      );
      const mpi = theirs.argv[0] === 'mpirun';
      expect(scriptCommand(command, mpi)).toEqual(scriptCommand(theirs.argv, mpi));
      const accepted = problems?.length === 0 && ours.arguments.length > 0;
      counts.throughShell += accepted ? 1 : 0;
      for (const shell of accepted ? ['/bin/sh', '/bin/bash'] : []) {
        expect(await oracle.ask({ shell, arguments: ours.arguments })).toEqual(ours.arguments);
      }
    }),
    { numRuns: 1000 },
  );
  // Were all refused, or all compared, the generator would have lost its point.
  expect(counts.compared).toBeGreaterThan(700);
  expect(counts.refused).toBeGreaterThan(200);
  expect(counts.throughShell).toBeGreaterThan(100);
}, 240_000);

const PROBE = `import json, os, sys
with open(os.environ['SM_OUTPUT_DATA_DIR'] + '/probe.json', 'w') as file:
    json.dump({'environment': dict(os.environ), 'argv': sys.argv, 'cwd': os.getcwd()}, file)
`;

/** A job with little to it but its hyperparameters. */
function plainJob(
  hyperparameters: Record<string, string>,
  environment: Record<string, string> = {},
): GeneratedJob {
  return {
    request: {
      TrainingJobName: 'job-1',
      AlgorithmSpecification: { TrainingImage: TENSORFLOW_IMAGE, TrainingInputMode: 'File' },
      ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
      InputDataConfig: [{ ChannelName: 'training', DataSource: undefined }],
      RoleArn: 'arn:aws:iam::123456789012:role/training',
      OutputDataConfig: { S3OutputPath: 's3://bucket/jobs' },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
      Environment: environment,
      HyperParameters: { sagemaker_program: '"train.py"', ...hyperparameters },
    },
    hostIndex: 0,
    cpus: 2,
    gpus: 0,
    entryPoint: 'train.py',
    codeFiles: ['train.py'],
  };
}

test.each([
  ['nothing', plainJob({})],
  [
    'every kind of value',
    plainJob({
      a: '1',
      b: '1e-05',
      c: '"x"',
      d: 'true',
      'e-f': '{"b": 2, "a": true}',
      g: '[1, "a"]',
      h: 'raw text',
    }),
  ],
  ['a distribution', plainJob({ sagemaker_multi_worker_mirrored_strategy_enabled: 'true' })],
  ['a region and variables', plainJob({}, { AWS_DEFAULT_REGION: 'eu-north-1', MODE: 'a b$c' })],
])('a script that the toolkit really runs gets the same: %s', async (_, job) => {
  const theirs = (await oracle.ask({ ...question(job, { 'train.py': PROBE }), run: true })) as OracleAnswer;
  const ours = ourEnvironment(job);
  expect(ofTheJob(theirs.probe!.environment)).toEqual(ours.environment);
  expect(theirs.probe!.argv).toEqual([ours.entryPoint, ...ours.arguments]);
  expect(theirs.probe!.cwd).toBe(ours.codeDirectory);
});

test('the configuration files are those that SageMaker writes', () => {
  expect(
    trainingConfigFiles(
      {
        ...plainJob({ epochs: '20', optimizer: '"adam"' }).request,
        InputDataConfig: [
          {
            ChannelName: 'training',
            DataSource: {
              S3DataSource: {
                S3DataType: 'S3Prefix',
                S3Uri: 's3://b/d',
                S3DataDistributionType: 'FullyReplicated',
              },
            },
          },
        ],
      },
      0,
    ),
  ).toEqual({
    hyperparameters: { epochs: '20', optimizer: '"adam"', sagemaker_program: '"train.py"' },
    inputdataconfig: {
      training: {
        TrainingInputMode: 'File',
        S3DistributionType: 'FullyReplicated',
        RecordWrapperType: 'None',
      },
    },
    resourceconfig: {
      current_host: 'algo-1',
      current_instance_type: 'ml.m5.xlarge',
      current_group_name: 'homogeneousCluster',
      hosts: ['algo-1'],
      instance_groups: [
        { instance_group_name: 'homogeneousCluster', instance_type: 'ml.m5.xlarge', hosts: ['algo-1'] },
      ],
      network_interface_name: 'eth0',
    },
  });
});

test('fails for a host that the job does not have', () => {
  expect(() => trainingConfigFiles(plainJob({}).request, 1)).toThrow(
    "host index 1 is outside the job's 1 instances",
  );
});
