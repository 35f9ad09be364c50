import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { remains, start, startByNpm, until } from './started';

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

test('an AWS that is killed from outside is told at once', async () => {
  const started = start('killed');
  await until(() => /epoch [1-9]/.test(started.said()), 'a training that has begun');
  const [emulator] = execFileSync('pgrep', ['-P', String(started.child.pid), '-f', 'emulator.py'], {
    encoding: 'utf8',
  }).split('\n');
  const begun = Date.now();
  process.kill(Number(emulator), 'SIGKILL');
  const { code, said } = await started.ended;
  expect(Date.now() - begun).toBeLessThan(20_000);
  expect(code).toBe(1);
  expect(said).toContain('the in-memory AWS was ended from outside (SIGKILL)');
  const report = readFileSync(join(started.out, 'report.html'), 'utf8');
  expect(report).toContain('the in-memory AWS was ended from outside (SIGKILL)');
  await until(async () => (await remains(started)).length === 0, 'nothing remains');
}, 420_000);

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s in the middle of a training leaves nothing behind',
  async (signal) => {
    const started = start(signal);
    await until(() => /epoch [1-9]/.test(started.said()), 'a training that has begun');
    expect((await remains(started)).length).toBeGreaterThan(3);
    started.child.kill(signal);
    const { code } = await started.ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    expect(existsSync(join(started.out, 'report.html'))).toBe(signal === 'SIGINT');
    // Nobody was left to wait for the end of those whom a killed process had started.
    await until(async () => (await remains(started)).length === 0, 'nothing remains');
    expect(await remains(started)).toEqual([]);
  },
  420_000,
);

test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
  '%s to npm itself ends all that it started',
  async (signal) => {
    const started = startByNpm(`npm-${signal}`);
    await until(() => started.said().includes('an AWS in memory at'), 'an in-memory AWS');
    expect((await remains(started)).length).toBeGreaterThan(2);
    const begun = Date.now();
    started.child.kill(signal);
    await started.ended;
    await until(async () => (await remains(started)).length === 0, 'nothing remains');
    // Left alone, it would live its whole life and end too.
    expect(Date.now() - begun).toBeLessThan(30_000);
  },
  420_000,
);
