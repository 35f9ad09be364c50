import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { trainingEnvironment } from '../../../lib/commands/local/training-environment';
import { encodeHyperparameters } from '../../../lib/training/hyperparameters';
import { type GeneratedJob, TENSORFLOW_IMAGE } from './generated-jobs';
import { argumentsOf, compareGeneratedJobs, ofTheJob, ourEnvironment, question } from './toolkit-comparison';
import { type OracleAnswer, ToolkitOracle } from './toolkit-oracle';
import { JobDirectory } from './training-jobs';

let oracle: ToolkitOracle;
beforeAll(() => {
  oracle = new ToolkitOracle();
});
afterAll(() => oracle.end());

test('environment and arguments are those of the official toolkits, and jobs that they spoil are refused', async () => {
  const counts = await compareGeneratedJobs(oracle, 200);
  // Were all refused, or all compared, the generator would have lost its point.
  expect(counts.compared).toBeGreaterThan(120);
  expect(counts.refused).toBeGreaterThan(25);
  expect(counts.throughShell).toBeGreaterThan(10);
}, 120_000);

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
  const ours = await ourEnvironment(oracle, job);
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
  const { configFiles } = await ourEnvironment(oracle, {
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
  const { error } = await ourEnvironment(oracle, { ...plainJob({}), hostIndex: 1 });
  expect(error).toContain("host index 1 is outside the job's 1 instances");
});

test('the values that are encoded at synthesis are those that Python reads', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const { environment } = await ourEnvironment(oracle, plainJob(encodeHyperparameters({ value })));
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
    command: [join(directory.output, 'opt/venv/bin/python'), '--', 'train.py', '--epochs', '2'],
    // In a namespace of its own, or where the kernel allows none, below the run's directory.
    codeDirectory: expect.stringMatching(/\/opt\/ml\/code$/),
  });
  directory.remove();
});
