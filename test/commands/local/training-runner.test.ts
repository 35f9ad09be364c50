import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tar from 'tar';
import { UserError } from '../../../lib/console/user-error';
import type {
  TrainingEvent,
  TrainingJobDocument,
  TrainingResult,
} from '../../../lib/commands/local/training-job-document';
import { runTrainingJob } from '../../../lib/commands/local/training-runner';
import { type OracleAnswer, ToolkitOracle } from './toolkit-oracle';
import { isRunning, JobDirectory, STUBBORN } from './training-jobs';

let directory: JobDirectory;
beforeEach(() => {
  directory = new JobDirectory();
});
afterEach(() => directory.remove());

interface Run {
  readonly events: TrainingEvent[];
  readonly stop: AbortController;
  readonly kill: AbortController;
  readonly result: Promise<TrainingResult>;
}

/** Starts a job; `onLine` sees each line of its log. */
function start(job: TrainingJobDocument, onLine: (line: string, run: Run) => void = () => {}): Run {
  const stop = new AbortController();
  const kill = new AbortController();
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent) => {
    events.push(event);
    if (event.type === 'log') {
      onLine(event.line, run);
    }
  };
  const run: Run = { events, stop, kill, result: undefined as never };
  return Object.assign(run, {
    result: runTrainingJob(job, { onEvent, stop: stop.signal, kill: kill.signal }),
  });
}

const lines = ({ events }: Run) => events.flatMap((event) => (event.type === 'log' ? [event.line] : []));

/** What the script saw, as the one JSON line that it printed. */
const SEES = `import json, os, sys
print(json.dumps({'env': dict(os.environ), 'argv': sys.argv, 'cwd': os.getcwd(), 'stdin': sys.stdin.read()}))
`;

test('runs the script on the tree, and packs its model, its output and its metrics', async () => {
  const job = directory.job({
    'train.py': `import os
print(open(os.environ['SM_CHANNEL_TRAINING'] + '/one.txt').read(), os.listdir('.'))
print('epoch=1; train:loss=0.5;')
print('epoch=2; train:loss=0.25;', end='')
os.makedirs(os.environ['SM_MODEL_DIR'] + '/1')
open(os.environ['SM_MODEL_DIR'] + '/1/saved_model.pb', 'w').write('model')
open(os.environ['SM_MODEL_DIR'] + '/@odd', 'w').write('')
open(os.environ['SM_OUTPUT_DATA_DIR'] + '/history.json', 'w').write('{}')
`,
  });
  const run = start(job);
  expect(await run.result).toEqual({
    type: 'result',
    trainingJobStatus: 'Completed',
    secondaryStatus: 'Completed',
    exitCode: 0,
    finalMetrics: [
      { MetricName: 'train:loss', Value: 0.25, Timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
    ],
    modelArtifact: join(directory.output, 'model.tar.gz'),
  });
  expect(run.events.flatMap((event) => (event.type === 'status' ? [event.secondaryStatus] : []))).toEqual([
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
  ]);
  expect(lines(run)).toEqual(["one ['train.py']", 'epoch=1; train:loss=0.5;', 'epoch=2; train:loss=0.25;']);
  expect(directory.read('training.log').trimEnd().split('\n')).toEqual(lines(run));
  expect(
    JSON.parse(directory.read('metrics.json')).metrics.map(({ Value }: { Value: number }) => Value),
  ).toEqual([0.5, 0.25]);
  const unpacked = join(directory.path, 'unpacked');
  mkdirSync(unpacked);
  await tar.extract({ file: join(directory.output, 'model.tar.gz'), cwd: unpacked });
  await tar.extract({ file: join(directory.output, 'output.tar.gz'), cwd: unpacked });
  expect(readdirSync(unpacked, { recursive: true }).toSorted()).toEqual([
    '1',
    '1/saved_model.pb',
    '@odd',
    'history.json',
  ]);
  expect(directory.read('opt/ml/output/success')).toBe('');
});

test('gives the script the toolkit’s environment, and nothing of the caller’s own', async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  process.env.SM_LEAK = 'x';
  const run = start(
    directory.job(
      { 'train.py': SEES },
      {
        HyperParameters: { 'batch-size': '32', model_dir: '"/opt/ml/model"' },
        Environment: { MODE: 'a b', CACHE: '/opt/ml/cache' },
        CheckpointConfig: { S3Uri: 's3://bucket/checkpoints' },
      },
      { checkpoints: join(directory.path, 'kept') },
    ),
  );
  await run.result;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  delete process.env.SM_LEAK;
  const base = join(directory.output, 'opt/ml');
  const { env, argv, cwd, stdin } = JSON.parse(lines(run)[0]!);
  expect({ argv, cwd, stdin }).toEqual({
    argv: ['train.py', '--batch-size', '32', '--model_dir', `${base}/model`],
    cwd: `${base}/code`,
    stdin: '',
  });
  expect(Object.keys(env).filter((name) => name.startsWith('AWS_'))).toEqual(['AWS_REGION']);
  expect(env).toMatchObject({
    'SM_HP_BATCH-SIZE': '32',
    MODE: 'a b',
    CACHE: `${base}/cache`,
    SM_CHECKPOINT_DIR: `${base}/checkpoints`,
    TRAINING_JOB_ARN: 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1',
    PYTHONUNBUFFERED: '1',
  });
  expect(env).not.toHaveProperty('SM_LEAK');
  expect(lstatSync(join(base, 'checkpoints')).isSymbolicLink()).toBe(true);
});

test('a script of TensorFlow 2.3 finds Keras 2, by both names, and the log says what stands for what', async () => {
  const script = `import os
import tensorflow as tf
import keras
from keras.layers import Dense
from tensorflow.keras.layers import Input
model = tf.keras.Sequential([Input((2,)), Dense(1)])
model.save(os.environ['SM_MODEL_DIR'] + '/0724133000', save_format='tf')
print(keras.__version__[:2], Dense is tf.keras.layers.Dense)
`;
  const image = '763104351884.dkr.ecr.eu-west-1.amazonaws.com/tensorflow-training:2.3.1-cpu-py37-ubuntu18.04';
  const run = start(
    directory.job({ 'train.py': script }, { AlgorithmSpecification: { TrainingImage: image } }),
  );
  expect(await run.result).toMatchObject({ trainingJobStatus: 'Completed' });
  expect(lines(run)[0]).toMatch(
    /^\[here\] TensorFlow 2\.21\.0 with Keras 2 \(tf-keras 2\.21\.0\) on Python 3\.1\d\.\d+ stands for the image's TensorFlow 2\.3\.1 on Python 3\.7$/,
  );
  expect(lines(run)).toContain('2. True');
  expect(directory.read('opt/ml/model/0724133000/saved_model.pb').length).toBeGreaterThan(1000);
});

test('keeps the channel and the checkpoints when the tree is made again', async () => {
  const job = directory.job(
    {
      'train.py': `import os
path = os.environ['SM_CHECKPOINT_DIR'] + '/epoch'
print('resumed' if os.path.exists(path) else 'fresh', os.path.exists(os.environ['SM_MODEL_DIR'] + '/m'))
open(path, 'w').close(); open(os.environ['SM_MODEL_DIR'] + '/m', 'w').close()
`,
    },
    { CheckpointConfig: { S3Uri: 's3://bucket/c', LocalPath: '/opt/ml/checkpoints' } },
    { checkpoints: join(directory.path, 'kept') },
  );
  const first = start(job);
  await first.result;
  const second = start(job);
  await second.result;
  expect([...lines(first), ...lines(second)]).toEqual(['fresh False', 'resumed False']);
  expect(existsSync(join(directory.path, 'data/one.txt'))).toBe(true);
});

test('unpacks the source from an archive, also from one in a channel', async () => {
  const job = directory.job({ 'train.py': 'print("here")', 'lib/x.py': '' });
  const archive = join(directory.path, 'data/sourcedir.tar.gz');
  await tar.create({ gzip: true, file: archive, cwd: join(directory.path, 'code') }, ['train.py', 'lib']);
  const unpacked = start({ ...job, sourceArchive: archive });
  await unpacked.result;
  const isolated = start({
    ...job,
    request: {
      ...job.request,
      HyperParameters: {
        ...job.request.HyperParameters,
        sagemaker_submit_directory: '"/opt/ml/input/data/training/sourcedir.tar.gz"',
      },
    },
    sourceArchive: null,
  });
  await isolated.result;
  expect([...lines(unpacked), ...lines(isolated)]).toEqual(['here', 'here']);
});

test('runs a shell script with its arguments', async () => {
  const run = start(
    directory.job(
      { 'train.sh': '#!/bin/sh\necho "$@"; python -c "import sys; print(sys.prefix)"; exit 7' },
      { HyperParameters: { sagemaker_program: '"train.sh"', b: '"x=1"' } },
    ),
  );
  expect(await run.result).toMatchObject({ trainingJobStatus: 'Failed', exitCode: 7 });
  expect(lines(run)).toEqual(['-b x=1', expect.stringMatching(/\.venv$/)]);
});

test('installs what the source requires beside the Python that runs it', async () => {
  const tiny = join(directory.path, 'tiny');
  mkdirSync(tiny);
  writeFileSync(
    join(tiny, 'setup.py'),
    'from setuptools import setup; setup(name="tiny-for-test", version="1.0", py_modules=["tiny_for_test"])',
  );
  writeFileSync(join(tiny, 'tiny_for_test.py'), 'value = 42\n');
  const job = directory.job({
    'requirements.txt': `numpy\n${tiny}\n`,
    'train.py': 'import sys, tiny_for_test, numpy; print(tiny_for_test.__file__); print(numpy.__file__)',
  });
  const run = start(job);
  expect(await run.result).toMatchObject({ trainingJobStatus: 'Completed' });
  expect(lines(run).slice(-2)).toEqual([
    join(directory.output, 'opt/packages/tiny_for_test.py'),
    expect.stringContaining('.venv/'),
  ]);
}, 120_000);

test('fails with pip’s exit code for a requirement that is not there', async () => {
  const run = start(directory.job({ 'requirements.txt': '/nowhere/at-all\n', 'train.py': 'print("no")' }));
  const result = await run.result;
  expect(result).toMatchObject({ trainingJobStatus: 'Failed', exitCode: null, modelArtifact: null });
  expect(result.failureReason).toMatch(
    /^AlgorithmError: InstallRequirementsError:\nExitCode 1\n.*pip install -r requirements.txt", exit code: 1$/s,
  );
  expect(lines(run)).not.toContain('no');
}, 60_000);

test.each([
  ['an exception', 'def f():\n    raise ValueError("bad: value")\nf()'],
  ['an exit code', 'import sys\nprint("fine")\nsys.exit(3)'],
  ['a signal', 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)'],
  [
    'an error of TensorFlow',
    'class InvalidArgumentError(Exception): pass\nraise InvalidArgumentError("shape")',
  ],
  [
    'an error that is only printed',
    'import sys\nprint("KeyError: x")\nprint("more")\nprint("more")\nsys.exit(137)',
  ],
  [
    'a failure file of its own',
    'import os, sys\nopen(os.environ["SM_OUTPUT_DIR"] + "/failure", "w").write("mine")\nsys.exit(1)',
  ],
])('writes the failure file of the official toolkit for %s', async (_, script) => {
  const job = directory.job({ 'train.py': script }, { HyperParameters: { epochs: '2' } });
  const run = start(job);
  const result = await run.result;
  const oracle = new ToolkitOracle();
  const theirs = (await oracle.ask({
    files: {
      hyperparameters: job.request.HyperParameters,
      inputdataconfig: {},
      resourceconfig: { current_host: 'algo-1', hosts: ['algo-1'] },
    },
    container: {},
    cpus: 1,
    gpus: 0,
    toolkit: 'tensorflow',
    code: { 'train.py': script },
    run: true,
  })) as OracleAnswer;
  await oracle.end();
  const ours = directory
    .read('opt/ml/output/failure')
    .replaceAll(join(directory.output, 'opt/ml'), oracle.baseDirectory);
  expect(ours).toBe(theirs.failure);
  expect(result).toMatchObject({
    trainingJobStatus: 'Failed',
    secondaryStatus: 'Failed',
    modelArtifact: null,
    failureReason: `AlgorithmError: ${directory.read('opt/ml/output/failure')}, exit code: 1`,
  });
});

test('cuts a long failure reason as SageMaker does', async () => {
  const result = await start(directory.job({ 'train.py': 'raise ValueError("x" * 5000)' })).result;
  expect(result.failureReason).toHaveLength(1024);
});

test('fails for an entry point that is not in the source', async () => {
  const result = await start(directory.job({ 'other.py': '' })).result;
  expect(result.failureReason).toContain('the entry point train.py is not in the source; there is other.py');
});

test('a job over its time is stopped, with the model that it had written', async () => {
  const run = start(
    directory.job(
      {
        'train.py': 'import os, time\nopen(os.environ["SM_MODEL_DIR"] + "/m", "w").close()\ntime.sleep(600)',
      },
      { StoppingCondition: { MaxRuntimeInSeconds: 1 } },
    ),
  );
  expect(await run.result).toMatchObject({
    trainingJobStatus: 'Stopped',
    secondaryStatus: 'MaxRuntimeExceeded',
    exitCode: -15,
    modelArtifact: join(directory.output, 'model.tar.gz'),
  });
});

test('a stopped script that does not end is killed with all that it started', async () => {
  let pids: number[] = [];
  const run = start(directory.job({ 'train.py': STUBBORN }), (line, { stop, kill }) => {
    if (line.startsWith('pids=')) {
      pids = line.slice(5).split(',').map(Number);
      stop.abort();
    } else if (line === 'ignored') {
      kill.abort();
    }
  });
  expect(await run.result).toMatchObject({
    trainingJobStatus: 'Stopped',
    secondaryStatus: 'Stopped',
    exitCode: -9,
  });
  expect(pids.map(isRunning)).toEqual([false, false]);
});

test('what a script leaves behind ends with it', async () => {
  const run = start(
    directory.job({
      'train.py': 'import subprocess\nprint(subprocess.Popen(["sleep", "600"]).pid)',
    }),
  );
  expect(await run.result).toMatchObject({ trainingJobStatus: 'Completed' });
  expect(isRunning(Number(lines(run)[0]))).toBe(false);
});

test('says what it does not do as SageMaker would', async () => {
  const run = start(
    directory.job(
      { 'train.py': 'import os; print(os.environ["SM_HOSTS"])' },
      {
        ResourceConfig: { InstanceCount: 2, InstanceType: 'ml.m5.xlarge' },
        HyperParameters: { sagemaker_mpi_enabled: 'true' },
      },
    ),
  );
  await run.result;
  expect(lines(run)).toEqual([
    '[here] the job has 2 instances; here runs algo-1 alone',
    '[here] the job uses MPI; here runs one process without it',
    '["algo-1","algo-2"]',
  ]);
});

test('fails for all channels that cannot be had here, at once', async () => {
  const job = directory.job(
    { 'train.py': '' },
    {
      InputDataConfig: [
        { ChannelName: 'a' },
        { ChannelName: 'b' },
        { ChannelName: 'c', InputMode: 'Pipe' },
        { ChannelName: '..' },
      ],
    },
    { channels: { b: '/nowhere', c: '/tmp' } },
  );
  await expect(start(job).result).rejects.toThrow(
    new UserError(
      'channel a: the job reads it, and no directory is given for it here\n' +
        'channel b: /nowhere does not exist\n' +
        'channel c: only SageMaker streams the input mode Pipe; use File or FastFile to run it here\n' +
        "channel '..': a directory cannot have this name; give the channel another one",
    ),
  );
});
