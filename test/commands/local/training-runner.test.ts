import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as tar from 'tar';
import { UserError } from '../../../lib/console/user-error';
import type {
  TrainingEvent,
  TrainingJobDocument,
  TrainingResult,
} from '../../../lib/commands/local/training-job-document';
import { runTrainingJob } from '../../../lib/commands/local/training-runner';
import { type OracleAnswer, PYTHON, ToolkitOracle } from './toolkit-oracle';
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
    ),
  );
  await run.result;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  delete process.env.SM_LEAK;
  const { env, argv, cwd, stdin } = JSON.parse(lines(run)[0]!);
  expect({ argv, cwd, stdin }).toEqual({
    argv: ['train.py', '--batch-size', '32', '--model_dir', '/opt/ml/model'],
    cwd: '/opt/ml/code',
    stdin: '',
  });
  expect(Object.entries(env).filter(([name]) => name.startsWith('AWS_'))).toEqual([
    ['AWS_CONFIG_FILE', '/dev/null'],
    ['AWS_SHARED_CREDENTIALS_FILE', '/dev/null'],
    ['AWS_EC2_METADATA_DISABLED', 'true'],
    ['AWS_REGION', 'eu-west-1'],
  ]);
  expect(env).toMatchObject({
    'SM_HP_BATCH-SIZE': '32',
    MODE: 'a b',
    CACHE: '/opt/ml/cache',
    SM_CHANNEL_TRAINING: '/opt/ml/input/data/training',
    TRAINING_JOB_ARN: 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1',
    PYTHONUNBUFFERED: '1',
  });
  expect(env).not.toHaveProperty('SM_LEAK');
  // No instance has it.
  expect(env).not.toHaveProperty('SM_CHECKPOINT_DIR');
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
}, 60_000);

test('finds everything at /opt/ml, in real directories, and leaves the machine’s own alone', async () => {
  const machine = () => ['/opt', '/opt/ml'].map((path) => (existsSync(path) ? readdirSync(path) : null));
  const before = machine();
  const job = directory.job(
    {
      'paths.yaml': 'model: /opt/ml/model\n',
      'train.py': `import json, os, shutil, subprocess
print('epochs', json.load(open('/opt/ml/input/config/hyperparameters.json'))['epochs'])
places = ['/opt/ml/' + name for name in ('code', 'model', 'checkpoints', 'input/data/training', 'output/data')]
print([(os.path.isdir(place), os.path.islink(place)) for place in places] == [(True, False)] * 5)
print(sorted(os.listdir('/opt/ml/checkpoints')), sorted(os.listdir('/opt/ml/input/data/training')))
subprocess.run('echo 1 > /opt/ml/checkpoints/epoch-1; cp /opt/ml/code/paths.yaml /opt/ml/model', shell=True, check=True)
# What only the copy of an instance may suffer.
open('/opt/ml/input/data/training/one.txt', 'w').write('changed')
os.rename('/opt/ml/input/data/training', '/opt/ml/input/data/moved')
shutil.rmtree('/opt/ml/input/data/moved')
shutil.rmtree('/opt/ml/checkpoints')
print(sorted(os.listdir('/opt')))
`,
    },
    { HyperParameters: { epochs: '3' }, CheckpointConfig: { S3Uri: 's3://bucket/c' } },
    { checkpoints: join(directory.path, 'kept') },
  );
  mkdirSync(join(directory.path, 'kept'));
  writeFileSync(join(directory.path, 'kept/epoch-0'), '');
  chmodSync(join(directory.path, 'data/one.txt'), 0o444);
  const run = start(job);
  expect(await run.result).toMatchObject({ trainingJobStatus: 'Completed' });
  expect(lines(run)).toEqual([
    'epochs 3',
    'True',
    "['epoch-0'] ['one.txt']",
    JSON.stringify([...new Set([...(before[0] ?? []), 'ml'])].toSorted())
      .replaceAll('"', "'")
      .replaceAll(',', ', '),
  ]);
  expect(existsSync(join(directory.output, 'opt/ml/model/paths.yaml'))).toBe(true);
  expect(readFileSync(join(directory.path, 'data/one.txt'), 'utf8')).toBe('one');
  expect(readdirSync(join(directory.path, 'kept'))).toEqual(['epoch-0']);
  expect(machine()).toEqual(before);
});

test('names the paths below /opt/ml where the system allows no other one, and never lets them be the machine’s own', async () => {
  const python = join(directory.path, 'python');
  // A user without capabilities, in a namespace that may have no other.
  const refusing = 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all "$0" "$@"';
  writeFileSync(
    python,
    `#!/bin/sh\nexec unshare --user --map-root-user sh -c '${refusing}' ${directory.job({}).python} "$@"\n`,
    { mode: 0o755 },
  );
  const named =
    "train.py:2: /opt/ml/model/1 is not there on this machine; os.environ['SM_MODEL_DIR'] is the same here and on SageMaker";
  const writes = { 'train.py': 'import os\nos.makedirs("/opt/ml/model/1")\n' };
  const run = start(directory.job(writes, {}, { python }));
  // Root could write there, so that its script is not started; another's fails, and its log names the path.
  const told = await run.result.then(
    () => lines(run).join('\n'),
    (error: Error) => error.message,
  );
  expect(told).toContain(named);
  expect(told.includes(`this machine's own /opt/ml, since the system allows no other`)).toBe(
    process.getuid!() === 0,
  );
  expect(existsSync('/opt/ml/model/1')).toBe(false);
});

test('another run begins with an empty tree and the same data', async () => {
  const job = directory.job({
    'train.py': `import os
print(os.listdir('/opt/ml/model'), os.listdir('/opt/ml/input/data/training'))
open('/opt/ml/model/m', 'w').close()
os.remove('/opt/ml/input/data/training/one.txt')
`,
  });
  for (let time = 1; time <= 2; time++) {
    const run = start(job);
    await run.result;
    expect(lines(run)).toEqual(["[] ['one.txt']"]);
  }
});

test('names what cannot be copied, at once', async () => {
  const job = directory.job({ 'train.py': '' });
  const data = join(directory.path, 'data');
  symlinkSync('/nowhere/at-all', join(data, 'broken'));
  symlinkSync('itself', join(data, 'itself'));
  symlinkSync('.', join(data, 'above'));
  await expect(start(job).result).rejects.toThrow(
    new UserError(
      `the data cannot be copied:
  - ${data}/above is a link to '.', a directory that it lies in
  - ${data}/broken is a link to '/nowhere/at-all', where nothing is
  - ${data}/itself is a link to 'itself', which leads back to itself`,
    ),
  );
});

test('tells before the script begins that it asks AWS, and has no credentials', async () => {
  const run = start(directory.job({ 'train.py': 'import os\nif os.getenv("NEVER"):\n    import boto3\n' }));
  await run.result;
  expect(lines(run)).toEqual([
    expect.stringContaining("train.py:3 imports boto3: a job on SageMaker has its role's credentials"),
  ]);
  const given = start(
    directory.job(
      { 'train.py': SEES },
      {},
      { aws: { AWS_ACCESS_KEY_ID: 'key', AWS_ENDPOINT_URL: 'http://x' } },
    ),
  );
  await given.result;
  const { env } = JSON.parse(lines(given)[0]!);
  expect(Object.keys(env).filter((name) => name.startsWith('AWS_'))).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_ENDPOINT_URL',
    'AWS_REGION',
  ]);
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
  expect(lines(run)).toEqual(['-b x=1', join(directory.output, 'opt/venv')]);
});

test('a flag is one that is given twice, and a shell script gives several values', async () => {
  const files = {
    'train.py': `import argparse
parser = argparse.ArgumentParser()
parser.add_argument('--do_train', action='store_true')
parser.add_argument('--layers', type=int, nargs='+')
print(parser.parse_args())
`,
    'train.sh': '#!/bin/sh\nexec python train.py "$@" --layers 16 8\n',
  };
  const printed = async (entryPoint: string) => {
    const run = start(
      directory.job(files, {
        HyperParameters: { sagemaker_program: `"${entryPoint}"`, do_train: '"--do_train"' },
      }),
    );
    await run.result;
    return lines(run);
  };
  expect(await printed('train.py')).toEqual(['Namespace(do_train=True, layers=None)']);
  expect(await printed('train.sh')).toEqual(['Namespace(do_train=True, layers=[16, 8])']);
});

/** Writes a wheel with one module of the same name. */
const WHEEL = `import sys, zipfile
folder, name, text = sys.argv[1:]
info = f'{name}-1.2.dist-info/'
with zipfile.ZipFile(f'{folder}/{name}-1.2-py3-none-any.whl', 'w') as file:
    file.writestr(f'{name}.py', text)
    file.writestr(info + 'METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.2\\n')
    file.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    file.writestr(info + 'RECORD', '')
`;

test('installs what the source requires by one pip with all its options, and leaves .venv as it is', async () => {
  const job = directory.job({
    // Relative to the source, as on the instance.
    'requirements.txt': '--no-index\n--find-links wheels\n-c limits.txt\nnumpy\nteam_helpers\n',
    'limits.txt': 'team_helpers==1.2\n',
    'train.py': `import subprocess, sys, team_helpers, numpy
print(team_helpers.__file__)
print(numpy.__file__)
subprocess.run([sys.executable, '-m', 'pip', 'install', '-q', '--no-index', '-f', 'wheels', 'late'], check=True)
import late
print(late.__file__)
`,
    'wheels/.keep': '',
  });
  for (const name of ['team_helpers', 'late']) {
    execFileSync(PYTHON, ['-c', WHEEL, join(directory.path, 'code/wheels'), name, 'value = 1']);
  }
  const run = start(job);
  expect(await run.result).toMatchObject({ trainingJobStatus: 'Completed' });
  const ownPackages = new RegExp(`^${directory.output}/opt/venv/lib/python[^/]+/site-packages/`);
  expect(lines(run).slice(-3)).toEqual([
    expect.stringMatching(ownPackages),
    expect.stringContaining('.venv/'),
    // What the script itself installs.
    expect.stringMatching(ownPackages),
  ]);
}, 120_000);

test('installs a source with a setup.py, and runs the entry point as a module', async () => {
  const run = start(
    directory.job({
      'setup.py': '',
      // Stands for setuptools, which pip would fetch: a wheel of what lies below src/.
      'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      'backend.py': `import subprocess, sys
def build_wheel(directory, config_settings=None, metadata_directory=None):
    text = open('src/ours.py').read()
    subprocess.run([sys.executable, 'wheel.py', directory, 'ours', text], check=True)
    return 'ours-1.2-py3-none-any.whl'
`,
      'wheel.py': WHEEL,
      'src/ours.py': 'value = 7\n',
      'train.py': 'import ours\nprint(__spec__.name, ours.value)\n',
    }),
  );
  expect(await run.result).toMatchObject({ trainingJobStatus: 'Completed' });
  expect(lines(run)).toContain('train 7');
}, 60_000);

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
    .replaceAll(join(directory.output, 'opt/ml'), oracle.baseDirectory)
    .replaceAll(join(directory.output, 'opt/venv/bin/python'), PYTHON);
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
