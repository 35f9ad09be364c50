import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../../..');
/** Where the runs of one test file write; removed at its end. */
export const folder = mkdtempSync(join(tmpdir(), 'local-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** How a run ended. */
export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** `npm run local` as a process of its own. */
export function local(...options: string[]): {
  child: ChildProcess;
  ended: Promise<Ended>;
  said: () => string;
} {
  return runs([process.execPath, '-r', 'ts-node/register', 'bin/local.ts', ...options]);
}

/** The same by npm. */
export function localByNpm(...options: string[]): ReturnType<typeof local> {
  return runs(['npm', 'run', 'local', '--', ...options]);
}

function runs([program, ...words]: string[]): ReturnType<typeof local> {
  const child = spawn(program!, words, { cwd: ROOT });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, said })));
  return { child, ended, said: () => said };
}

/** Command lines of all processes that mention a folder of ours. */
export function processesOf(path: string): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(path));
}

/** Waits for a condition, three minutes at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 100) {
    if (waited > 180_000) {
      throw new Error('waited for three minutes');
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}
