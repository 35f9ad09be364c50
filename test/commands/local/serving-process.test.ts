import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServingProcess } from '../../../lib/commands/local/serving-process';

const folder = mkdtempSync(join(tmpdir(), 'serving-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An interpreter that announces a server, and does then what the shell's line says. */
function start(line: string): Promise<ServingProcess> {
  const python = join(folder, 'python');
  writeFileSync(python, `#!/bin/sh\necho '{"url": "http://127.0.0.1:1"}'\n${line}\n`);
  chmodSync(python, 0o755);
  const { signal } = new AbortController();
  return ServingProcess.start({ python, modelDirectory: folder, environment: {}, payloadLimit: 1, signal });
}

test.each([
  ['kill -KILL $$', 'the server ended by itself: it was killed by SIGKILL'],
  ['exit 0', 'the server ended by itself: exit code 0'],
  ['exit 3', 'the server ended by itself: exit code 3'],
])('fails at once when the server does `%s` from within or is killed from outside', async (line, message) => {
  await expect((await start(line)).ended()).rejects.toThrow(message);
});

test('an end that was asked for is none to tell of', async () => {
  const serving = await start('cat >/dev/null');
  const ended = serving.ended();
  await serving.stop();
  await expect(ended).resolves.toBeUndefined();
});
