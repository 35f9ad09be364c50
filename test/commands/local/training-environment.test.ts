import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type TrainingEnvironment,
  trainingEnvironment,
} from '../../../lib/commands/local/training-environment';
import { encodeHyperparameters, hyperparameterProblems } from '../../../lib/training/hyperparameters';
import { type GeneratedJob, generatedJob, TENSORFLOW_IMAGE } from './generated-jobs';
import { type OracleAnswer, PYTHON, ToolkitOracle } from './toolkit-oracle';
import { JobDirectory } from './training-jobs';

const ARN = 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1';

let oracle: ToolkitOracle;
beforeAll(() => {
  oracle = new ToolkitOracle();
});
afterAll(() => oracle.end());

/** What our program answers, asked in the oracle's process, since a thousand processes would take minutes. */
async function ourEnvironment(job: GeneratedJob): Promise<TrainingEnvironment & { error?: string }> {
  const answer = await oracle.ask({
    ours: {
      request: job.request,
      hostIndex: job.hostIndex,
      baseDirectory: oracle.baseDirectory,
      cpus: job.cpus,
      gpus: job.gpus,
      region: 'eu-west-1',
      trainingJobArn: ARN,
      python: PYTHON,
      codeFiles: job.codeFiles,
    },
  });
  return answer as TrainingEnvironment;
}

/** The script's arguments, as the toolkit names them in a variable too. */
function argumentsOf(ours: TrainingEnvironment): string[] {
  return JSON.parse(ours.environment.SM_USER_ARGS!) as string[];
}

function question(job: GeneratedJob, ours: TrainingEnvironment, code: Record<string, string>) {
  return {
    files: Object.fromEntries(
      Object.entries(ours.configFiles).map(([name, text]) => [name, JSON.parse(text) as unknown]),
    ),
    container: {
      ...job.request.Environment,
      AWS_REGION: 'eu-west-1',
      TRAINING_JOB_NAME: 'job-1',
      TRAINING_JOB_ARN: ARN,
    },
    cpus: job.cpus,
    gpus: job.gpus,
    toolkit: ours.tensorflow ? 'tensorflow' : 'general',
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
      const ours = await ourEnvironment(job);
      const theirs = (await oracle.ask(
        question(job, ours, Object.fromEntries(job.codeFiles.map((file) => [file, '']))),
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
      counts.compared += 1;
      expect(ours.environment).toEqual(ofTheJob(theirs.environment));
      expect(ours.codeDirectory).toBe(theirs.cwd);
      const mpi = theirs.argv[0] === 'mpirun';
      expect(scriptCommand([...ours.command], mpi)).toEqual(scriptCommand(theirs.argv, mpi));
      const scriptArguments = argumentsOf(ours);
      const accepted = problems?.length === 0 && scriptArguments.length > 0;
      counts.throughShell += accepted ? 1 : 0;
      for (const shell of accepted ? ['/bin/sh', '/bin/bash'] : []) {
        expect(await oracle.ask({ shell, arguments: scriptArguments })).toEqual(scriptArguments);
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
  const ours = await ourEnvironment(job);
  const theirs = (await oracle.ask({
    ...question(job, ours, { 'train.py': PROBE }),
    run: true,
  })) as OracleAnswer;
  expect(ofTheJob(theirs.probe!.environment)).toEqual(ours.environment);
  expect(theirs.probe!.argv).toEqual([ours.entryPoint, ...argumentsOf(ours)]);
  expect(theirs.probe!.cwd).toBe(ours.codeDirectory);
});

test('the configuration files are those that SageMaker writes', async () => {
  const job = plainJob({ epochs: '20', optimizer: '"adam"' });
  const { configFiles } = await ourEnvironment({
    ...job,
    request: {
      ...job.request,
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
  });
  expect(configFiles).toEqual({
    hyperparameters: '{"sagemaker_program": "\\"train.py\\"", "epochs": "20", "optimizer": "\\"adam\\""}',
    inputdataconfig:
      '{"training": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}}',
    resourceconfig:
      '{"current_host": "algo-1", "current_instance_type": "ml.m5.xlarge", "current_group_name": "homogeneousCluster", ' +
      '"hosts": ["algo-1"], "instance_groups": [{"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.xlarge", ' +
      '"hosts": ["algo-1"]}], "network_interface_name": "eth0"}',
  });
});

test('fails for a host that the job does not have', async () => {
  const { error } = await ourEnvironment({ ...plainJob({}), hostIndex: 1 });
  expect(error).toContain("host index 1 is outside the job's 1 instances");
});

test('the values that are encoded at synthesis are those that Python reads', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const { environment } = await ourEnvironment(plainJob(encodeHyperparameters({ value })));
      expect(JSON.parse(environment.SM_HPS!)).toEqual({ value: JSON.parse(JSON.stringify(value)) });
    }),
  );
});

test('a job of this machine is asked of a Python of its own', async () => {
  const directory = new JobDirectory();
  const job = directory.job({ 'train.py': '' }, { HyperParameters: { epochs: '2' } });
  mkdirSync(join(directory.output, 'opt/ml/code'), { recursive: true });
  expect(await trainingEnvironment(job)).toMatchObject({
    kind: 'program',
    command: [PYTHON, '--', 'train.py', '--epochs', '2'],
    codeDirectory: join(directory.output, 'opt/ml/code'),
  });
  directory.remove();
});
