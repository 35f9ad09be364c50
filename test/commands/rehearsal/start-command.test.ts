import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseStartArguments } from '../../../lib/commands/rehearsal/start-command';

const ROOT = resolve(__dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Started {
  readonly child: ChildProcess;
  /** Everything that it and its children write for themselves. */
  readonly temporary: string;
  readonly out: string;
  readonly said: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly said: string }>;
}

function start(name: string, ...options: string[]): Started {
  const [temporary, out] = [join(folder, name, 'tmp'), join(folder, name, 'out')];
  mkdirSync(temporary, { recursive: true });
  const child = spawn(
    process.execPath,
    ['-r', 'ts-node/register', 'bin/start.ts', '--out', out, ...options],
    { cwd: ROOT, env: { ...process.env, TMPDIR: temporary, NODE_NO_WARNINGS: '1' } },
  );
  let [stdout, said] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    said += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<Awaited<Started['ended']>>((done) =>
    child.on('close', (code) => done({ code, stdout, said })),
  );
  return { child, temporary, out, said: () => said, ended };
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 180_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not in three minutes: ${what}`);
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Processes that have a folder of ours in their command line or environment. */
function processesOf(path: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return (command + readFileSync(`/proc/${entry}/environ`, 'utf8')).includes(path) ? [command] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

async function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

function portIn(said: string): number {
  return Number(/http:\/\/localhost:(\d+)/.exec(said)![1]);
}

/** What is still there of a rehearsal that has ended: its port, its processes, its temporary files. */
async function remains({ said, temporary }: Started): Promise<string[]> {
  return [
    ...((await answers(portIn(said()))) ? ['its port'] : []),
    ...processesOf(temporary),
    // ts-node's cache of compiled code, which it keeps for the next run.
    ...readdirSync(temporary).filter((name) => !name.startsWith('v8-compile-cache')),
  ];
}

describe('the command line', () => {
  test('is read into plain data', () => {
    expect(
      parseStartArguments([
        ...[
          '--channel',
          'training=a=b',
          '--hyperparameter',
          'epochs=3',
          '--hyperparameter',
          'optimizer=adam',
        ],
        ...['--out', 'there', '--keep'],
      ]),
    ).toEqual({
      channels: { training: 'a=b' },
      hyperparameters: { epochs: 3, optimizer: 'adam' },
      outDirectory: 'there',
      keep: true,
    });
  });

  test.each([
    [['--epochs', '3'], "Unknown option '--epochs'"],
    [['--channel', 'training'], "--channel 'training' is not of the form NAME=DIR"],
    [['stray'], 'Unexpected argument'],
  ])('fails for %j', (argv, message) => {
    expect(() => parseStartArguments(argv)).toThrow(message);
  });
});

test('the declared project lives its whole life, and leaves nothing', async () => {
  const started = start('whole');
  const { code, stdout, said } = await started.ended;
  expect({ code, said }).toEqual({ code: 0, said: expect.any(String) });
  expect(said).toMatch(/deploy +\d+ s {2}\d+ resources; training job unet-\w+-\w+ Completed/);
  expect(said).toMatch(/invoke +\d+ s {2}8 of 8 predicted; latency p50/);
  expect(said).toMatch(
    /on AWS, [a-z0-9-]+: \$[\d.]+\/h while deployed, and at most \$0\.\d+ for each training run/,
  );
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 left');
  const report = readFileSync(join(started.out, 'report.html'), 'utf8');
  expect(report).toContain('validation:accuracy');
  expect(existsSync(join(started.out, 'predictions/animal_01.overlay.png'))).toBe(true);
  expect(await remains(started)).toEqual([]);
}, 600_000);

test('a job that fails is told with its reason, and is destroyed too', async () => {
  const started = start('failing', '--hyperparameter', 'image-size=31');
  const { code, stdout, said } = await started.ended;
  expect(code).toBe(1);
  expect(said).toMatch(
    /unet-training TrainingJobWait\w+: WaitCondition received failed message: 'training job unet-\w+-\w+ failed: AlgorithmError/,
  );
  expect(said).toContain("| ValueError: argument --image-size: must be a multiple of 16, got '31'");
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 left');
  expect(await remains(started)).toEqual([]);
}, 300_000);

test('a channel that the job does not have is refused before anything starts', async () => {
  const { code, said } = await start('typo', '--channel', `trainign=${folder}`).ended;
  expect(code).toBe(1);
  expect(said).toContain('--channel trainign: the job has no such channel; there are training');
}, 120_000);

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s in the middle of a training leaves nothing behind',
  async (signal) => {
    const started = start(signal);
    await until(() => /epoch [1-9]/.test(started.said()), 'a training that has begun');
    expect((await remains(started)).length).toBeGreaterThan(3);
    started.child.kill(signal);
    const { code } = await started.ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    // Nobody was left to wait for the end of those whom a killed process had started.
    await until(async () => (await remains(started)).length === 0, 'nothing remains');
    expect(await remains(started)).toEqual([]);
  },
  420_000,
);
