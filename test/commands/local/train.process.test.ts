import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TrainingEvent, TrainingJobDocument } from '../../../lib/commands/local/training-job-document';
import { isRunning, JobDirectory, STUBBORN, untilGone } from './training-jobs';

const ROOT = resolve(__dirname, '../../..');
const COMMAND = ['-r', 'ts-node/register', resolve(ROOT, 'lib/commands/local/train.process.ts')];

let directory: JobDirectory;
beforeEach(() => {
  directory = new JobDirectory();
});
afterEach(() => directory.remove());

function send(child: ChildProcess, job: TrainingJobDocument): void {
  child.stdin!.end(`${JSON.stringify(job)}\n`);
}

/** The process ids that the stubborn script and its child have. */
async function stubbornPids(child: ChildProcess): Promise<number[]> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const found = /"pids=(\d+),(\d+)"/.exec(line);
    if (found) {
      return [Number(found[1]), Number(found[2])];
    }
  }
  throw new Error('the script has not started');
}

async function events(child: ChildProcess): Promise<TrainingEvent[]> {
  const all: TrainingEvent[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    all.push(JSON.parse(line) as TrainingEvent);
  }
  return all;
}

test('reads a job, tells its events one line each, and ends with the result', async () => {
  const child = spawn(process.execPath, COMMAND, { cwd: ROOT });
  send(child, directory.job({ 'train.py': 'print("train:loss=0.5;")' }));
  const all = await events(child);
  expect(all.map(({ type }) => type)).toEqual([
    'status',
    'status',
    'log',
    'metric',
    'status',
    'status',
    'result',
  ]);
  expect(all.at(-1)).toMatchObject({ trainingJobStatus: 'Completed', modelArtifact: null });
});

test('a job that cannot start is a failed job too', async () => {
  const child = spawn(process.execPath, COMMAND, { cwd: ROOT });
  send(child, directory.job({ 'train.py': '' }, {}, { channels: {} }));
  const closed = once(child, 'close');
  expect((await events(child)).at(-1)).toEqual({
    type: 'result',
    trainingJobStatus: 'Failed',
    secondaryStatus: 'Failed',
    failureReason: 'ClientError: channel training: the job reads it, and no directory is given for it here',
    exitCode: null,
    finalMetrics: [],
    modelArtifact: null,
  });
  expect((await closed)[0]).toBe(1);
});

test('SIGTERM stops the script, a second one kills it', async () => {
  const child = spawn(process.execPath, COMMAND, { cwd: ROOT });
  send(child, directory.job({ 'train.py': STUBBORN }));
  let result: TrainingEvent | undefined;
  let pids: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as TrainingEvent;
    if (event.type === 'log' && event.line.startsWith('pids=')) {
      pids = event.line.slice(5).split(',').map(Number);
      child.kill('SIGTERM');
    } else if (event.type === 'log' && event.line === 'ignored') {
      child.kill('SIGTERM');
    }
    result = event;
  }
  expect(result).toMatchObject({ type: 'result', trainingJobStatus: 'Stopped', exitCode: -9 });
  expect(pids.map(isRunning)).toEqual([false, false]);
});

test('nothing stays behind when the process itself is killed', async () => {
  const child = spawn(process.execPath, COMMAND, { cwd: ROOT });
  send(child, directory.job({ 'train.py': STUBBORN }));
  const pids = await stubbornPids(child);
  expect(pids.map(isRunning)).toEqual([true, true]);
  child.kill('SIGKILL');
  expect(await untilGone(pids)).toEqual([]);
}, 30_000);

test('nothing stays behind when its parent is killed', async () => {
  const parent = spawn(
    process.execPath,
    [
      '-e',
      `const child = require('child_process').spawn(process.execPath, ${JSON.stringify(COMMAND)}, { stdio: ['pipe', 'inherit', 'ignore'] });
       process.stdin.pipe(child.stdin, { end: false });
       console.log(JSON.stringify(child.pid));
       setInterval(() => {}, 1000);`,
    ],
    { cwd: ROOT },
  );
  const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
  const runner = Number((await lines.next()).value);
  parent.stdin.write(`${JSON.stringify(directory.job({ 'train.py': STUBBORN }))}\n`);
  let found: RegExpExecArray | null = null;
  while (!found) {
    found = /"pids=(\d+),(\d+)"/.exec((await lines.next()).value as string);
  }
  parent.kill('SIGKILL');
  expect(await untilGone([runner, Number(found[1]), Number(found[2])])).toEqual([]);
}, 30_000);
