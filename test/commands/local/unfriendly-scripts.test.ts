import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingEvent, TrainingJobDocument } from '../../../lib/commands/local/training-job-document';
import { runTrainingJob } from '../../../lib/commands/local/training-runner';
import { isRunning, JobDirectory } from './training-jobs';

// A machine with other work to do takes its time: what is quick says so itself.
jest.setTimeout(30_000);

let directory: JobDirectory;
beforeEach(() => {
  directory = new JobDirectory();
});
afterEach(() => directory.remove());

/** Starts a daemon as daemons start: two forks and a session of its own, the output still open. It tells its process id. */
const DAEMON = `
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        with open(os.environ['SM_CHANNEL_TRAINING'] + '/pid.part', 'w') as file:
            file.write(str(os.getpid()))
        os.rename(os.environ['SM_CHANNEL_TRAINING'] + '/pid.part', os.environ['SM_CHANNEL_TRAINING'] + '/pid')
        time.sleep(600)
    os._exit(0)
os.wait()
while not os.path.exists(os.environ['SM_CHANNEL_TRAINING'] + '/pid'):
    time.sleep(0.01)
print('started', flush=True)
`;

function run(
  job: TrainingJobDocument,
  onEvent: (event: TrainingEvent) => void = () => {},
  kill?: AbortSignal,
) {
  const never = new AbortController().signal;
  return runTrainingJob(job, { onEvent, stop: kill ?? never, kill: kill ?? never });
}

function daemonPid(): number {
  return Number(readFileSync(join(directory.output, 'opt/ml/input/data/training/pid'), 'utf8'));
}

test('a daemon that a script leaves ends with it, and the run does not wait for it', async () => {
  const started = Date.now();
  expect(await run(directory.job({ 'train.py': DAEMON }))).toMatchObject({ trainingJobStatus: 'Completed' });
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(isRunning(daemonPid())).toBe(false);
});

test('a daemon ends with the script that is interrupted', async () => {
  const interrupt = new AbortController();
  const job = directory.job({ 'train.py': `${DAEMON}time.sleep(600)` });
  const result = await run(
    job,
    (event) => event.type === 'log' && event.line === 'started' && interrupt.abort(),
    interrupt.signal,
  );
  expect(result).toMatchObject({ trainingJobStatus: 'Stopped' });
  expect(isRunning(daemonPid())).toBe(false);
});

test('a daemon ends with the script whose time is over', async () => {
  const job = directory.job(
    { 'train.py': `${DAEMON}time.sleep(600)` },
    { StoppingCondition: { MaxRuntimeInSeconds: 3 } },
  );
  expect(await run(job)).toMatchObject({ secondaryStatus: 'MaxRuntimeExceeded' });
  expect(isRunning(daemonPid())).toBe(false);
});

test('a failure after very many lines is told in time, with the first of them', async () => {
  const job = directory.job({
    'train.py': 'print("ValueError: first")\nfor i in range(120_000): print("line", i)\nraise SystemExit(1)',
  });
  const started = Date.now();
  const { failureReason } = await run(job);
  expect(failureReason).toMatch(/ErrorMessage "ValueError: first\n line 0\n line 1\n/);
  // Far more than a reason shows, and far less than all of it.
  expect(statSync(join(directory.output, 'opt/ml/output/failure')).size).toBeLessThan(100_000);
  expect(Date.now() - started).toBeLessThan(20_000);
});

test('an error of TensorFlow names the failure however much came before it', async () => {
  const job = directory.job({
    'train.py': `print("ValueError", "x" * 200_000)
class ResourceExhaustedError(Exception): pass
raise ResourceExhaustedError("memory")`,
  });
  expect((await run(job)).failureReason).toMatch(/^AlgorithmError: ResourceExhaustedError:/);
});

test('a line without an end is cut at the 256 KiB of CloudWatch, between characters', async () => {
  const lines: string[] = [];
  const job = directory.job({ 'train.py': 'print("x" + "é" * 5_000_000, end="")' });
  const started = Date.now();
  await run(job, (event) => event.type === 'log' && lines.push(event.line));
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(lines.join('')).toBe(`x${'é'.repeat(5_000_000)}`);
  expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBe(256 * 1024);
  expect(statSync(join(directory.output, 'training.log')).size).toBe(10_000_001 + lines.length);
});

test('lines end with a line feed, a carriage return or both, also where the output arrives between them', async () => {
  const lines: string[] = [];
  const job = directory.job({
    'train.py': `import os, time
for part in (b'a\\r', b'\\nb\\rc\\n\\xc3', b'\\xa9\\r'):
    os.write(1, part)
    time.sleep(0.2)`,
  });
  await run(job, (event) => event.type === 'log' && lines.push(event.line));
  expect(lines).toEqual(['a', 'b', 'c', 'é']);
});

test('a script that deletes its own tree still ends with its reason', async () => {
  const job = directory.job({
    'train.py': `import os, shutil
shutil.rmtree(os.environ['SAGEMAKER_BASE_DIR'], ignore_errors=True)
raise ValueError('gone')`,
  });
  expect((await run(job)).failureReason).toContain('ValueError: gone');
});

test('a script that deletes its own tree and ends well has no model', async () => {
  const job = directory.job({
    'train.py': "import os, shutil\nshutil.rmtree(os.environ['SAGEMAKER_BASE_DIR'], ignore_errors=True)",
  });
  expect(await run(job)).toMatchObject({ trainingJobStatus: 'Completed', modelArtifact: null });
});

test('a name that is not UTF-8 is told in one sentence', async () => {
  const job = directory.job({
    'train.py': `import os
os.mkdir(os.environ['SM_MODEL_DIR'] + '/1')
open(os.environ['SM_MODEL_DIR'].encode() + b'/1/caf\\xe9', 'w').close()`,
  });
  expect(await run(job)).toMatchObject({
    trainingJobStatus: 'Failed',
    failureReason: expect.stringMatching(/^ClientError: the name '.*1\/caf\uFFFD' is not UTF-8: rename it/),
  });
});

test('a full disk is told in one sentence, and the script does not go on without its log', async () => {
  const job = directory.job({ 'train.py': 'while True: print("x" * 1000)' });
  mkdirSync(directory.output);
  // Every write to it finds the disk full.
  symlinkSync('/dev/full', join(directory.output, 'training.log'));
  expect(await run(job)).toMatchObject({
    trainingJobStatus: 'Failed',
    failureReason: 'ClientError: the disk is full: a file could not be written; make room and run again',
    modelArtifact: null,
  });
});

test.each(['--target {}', '--log {}/log', 'one --prefix={}'])(
  'a requirements.txt cannot make pip write elsewhere: %s',
  async (option) => {
    const elsewhere = join(directory.path, 'elsewhere');
    const lines = `--no-index\n${option.replace('{}', elsewhere)}\n./one\n`;
    const files = {
      'train.py': 'print("it runs")',
      'requirements.txt': lines,
      'one/setup.py': 'import setuptools; setuptools.setup(name="one", py_modules=[])',
    };
    expect(await run(directory.job(files))).toMatchObject({
      trainingJobStatus: 'Failed',
      failureReason: expect.stringMatching(/^AlgorithmError: InstallRequirementsError:\nExitCode \d/),
    });
    expect(directory.read('training.log')).toMatch(/no such option|[Ii]nvalid requirement/);
    expect(existsSync(elsewhere)).toBe(false);
  },
);

test('a script that SIGTERM ends fails by that signal', async () => {
  const job = directory.job({ 'train.py': 'import os, signal; os.kill(os.getpid(), signal.SIGTERM)' });
  expect(await run(job)).toMatchObject({
    trainingJobStatus: 'Failed',
    exitCode: -15,
    failureReason: expect.stringMatching(/^AlgorithmError: ExecuteUserScriptError:\nExitCode -15\n/),
  });
});
