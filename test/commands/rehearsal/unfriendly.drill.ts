import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { projectOf, remains, ROOT, type Started, startIn, startOnDisk, until } from './started';

const APP = `import { App } from 'aws-cdk-lib';
import { Framework } from '${ROOT}/lib/images/framework';
import { SageMakerProject } from '${ROOT}/lib/project/sagemaker-project';
import { Channel } from '${ROOT}/lib/training/channel';

new SageMakerProject(new App(), 'small', {
  training: {
    framework: Framework.tensorflow('2.21'),
    sourceDir: 'code',
    entryPoint: 'train.py',
    instanceType: 'ml.m5.xlarge',
    channels: { training: Channel.fromDirectory('data') },
  },
});
`;

/** A project that trains without the framework. */
function project(script: string): string {
  return projectOf({ 'app.ts': APP, 'code/train.py': script, 'data/a.txt': 'a' });
}

const SLEEPER = 'import time; print("begun", flush=True); time.sleep(600)';

/** A process of a rehearsal by its command line. */
function processOf({ temporary }: Started, command: RegExp): number {
  const found = readdirSync('/proc').find((entry) => {
    try {
      return (
        command.test(readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')) &&
        (readFileSync(`/proc/${entry}/environ`, 'utf8') + readlinkSync(`/proc/${entry}/cwd`)).includes(
          temporary,
        )
      );
    } catch {
      return false;
    }
  });
  return Number(found);
}

test.each([
  ['script', /^\S+python -- train\.py/, 'AlgorithmError: ExecuteUserScriptError:\nExitCode -9'],
  ['runner', /train\.process\.ts/, 'InternalServerError: the runner ended with -9 and no result'],
])(
  'SIGKILL of the %s of a training is told, and all is destroyed',
  async (name, command, reason) => {
    const started = startIn(project(SLEEPER), `killed-${name}`);
    await until(() => processOf(started, /^\S+python -- train\.py/) > 0, 'a script that runs');
    process.kill(processOf(started, command), 'SIGKILL');
    const { code, stdout, said } = await started.ended;
    expect(said).toContain(reason);
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({ code: 1, last: '0 left' });
    expect(await remains(started)).toEqual([]);
  },
  300_000,
);

test('a full disk under the in-memory AWS is told in a sentence, and soon', async () => {
  const begun = Date.now();
  const { code, said } = await startOnDisk(project(SLEEPER), 'full', 'tmp', 'size=25m').ended;
  expect(said).toContain('the disk is full: the in-memory AWS could not write to ');
  expect(said).not.toContain('    at ');
  expect(code).toBe(1);
  expect(Date.now() - begun).toBeLessThan(120_000);
}, 300_000);

test('a script that fills the disk is told', async () => {
  const script = `import os
with open(os.environ["SM_MODEL_DIR"] + "/weights", "wb") as file:
    while True:
        file.write(b"x" * 100_000)`;
  const { code, said } = await startOnDisk(project(script), 'filled', 'tmp', 'size=400m').ended;
  expect(said).toMatch(/the disk is full/m);
  expect(said).not.toContain('    at ');
  expect(code).toBe(1);
}, 300_000);

test.each([
  ['read-only', 'ro', /^'.*\/out\/.lock' cannot be used: read-only file system\n$/],
  [
    'full',
    'size=2m',
    /synthesis failed .*\nthe disk is full: '.*' could not be written; make room and run again\n$/,
  ],
])(
  'a %s disk where the results go is told in a sentence',
  async (name, options, expected) => {
    const { code, said } = await startOnDisk(project(SLEEPER), name, 'out', options).ended;
    expect(said).toMatch(expected);
    expect(said).not.toContain('    at ');
    expect(code).toBe(1);
  },
  120_000,
);

test('two in directories of their own disturb nothing of each other', async () => {
  const both = ['one', 'other'].map((name) => startIn(project('print("trained")'), name));
  for (const started of both) {
    const { code, stdout } = await started.ended;
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: '0 left' });
    expect(await remains(started)).toEqual([]);
  }
}, 400_000);
