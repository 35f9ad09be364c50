import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { folder, local, localByNpm, processesOf, until } from './local-process';

test('an interruption in the middle of training ends the script', async () => {
  const out = join(folder, 'interrupted');
  const { child, ended } = local(
    '--out',
    out,
    '--hyperparameter',
    'epochs=500',
    '--hyperparameter',
    'image-size=32',
  );
  const log = join(out, 'training.log');
  await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('epoch=1/'));
  child.kill('SIGINT');
  const { code, said } = await ended;
  expect({ code, said: said.includes('interrupted') }).toEqual({ code: 130, said: true });
  expect(processesOf(out)).toEqual([]);
}, 300_000);

test('a small model is trained for the next ones', async () => {
  const small = ['epochs=1', 'filters=4', 'image-size=32'].flatMap((value) => ['--hyperparameter', value]);
  expect((await local('--out', join(folder, 'served'), ...small).ended).code).toBe(0);
}, 300_000);

test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
  '%s to npm ends the server that it started',
  async (signal) => {
    const out = join(folder, 'served');
    const { child, ended, said } = localByNpm('--out', out, '--skip-training', '--serve', '0');
    await until(() => said().includes('serving at http://127.0.0.1:'));
    const url = /serving at (\S+)/.exec(said())?.[1] ?? '';
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    child.kill(signal);
    await ended;
    await expect(fetch(`${url}/ping`)).rejects.toThrow('fetch failed');
    await until(() => processesOf(out).length === 0);
  },
  300_000,
);
