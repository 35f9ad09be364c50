import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { JobDirectory } from './training-jobs';

const ROOT = resolve(__dirname, '../../..');
const RUNNER = ['-r', 'ts-node/register', join(ROOT, 'lib/commands/local/train.process.ts')];
const MEGABYTE = 1_000_000;

let directory: JobDirectory;
beforeEach(() => {
  directory = new JobDirectory();
});
afterEach(() => directory.remove());

/** The most memory that a runner needed while its script printed so many megabytes, in bytes. */
async function mostMemory(megabytes: number): Promise<number> {
  const script = `import sys
for _ in range(${megabytes}):
    sys.stdout.write(("x" * 999 + "\\n") * 1000)`;
  const child = spawn(process.execPath, RUNNER, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let most = 0;
  child.stdout.on('data', () => {
    // Linux keeps the highest that there was.
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
    most = kilobytes ? Number(kilobytes[1]) * 1024 : most;
  });
  child.stdin.end(`${JSON.stringify(directory.job({ 'train.py': script }))}\n`);
  expect(await ended).toEqual([0, null]);
  expect(statSync(join(directory.output, 'training.log')).size).toBeGreaterThan(megabytes * MEGABYTE - 1);
  return most;
}

test('a script that prints very much needs no more memory than one that prints little', async () => {
  const [little, much] = [await mostMemory(20), await mostMemory(1000)];
  expect(much - little).toBeLessThan(100 * MEGABYTE);
}, 300_000);
