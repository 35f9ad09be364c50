import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { folder, local, processesOf, until } from './local-process';

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
