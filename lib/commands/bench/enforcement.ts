import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Comparison, digits } from './comparison';
import { type BenchRun, measureCommand } from './measured-command';

/**
 * What it costs a rehearsal of the project that every call is decided by policies: its life against the same without the time that the
 * in-memory AWS spends on deciding, since it cannot leave that out.
 */
export async function compareEnforcement(run: BenchRun): Promise<Comparison[]> {
  run.terminal.progress('a rehearsal of the project');
  const out = await mkdtemp(join(run.scratch, 'life-'));
  const start = [process.execPath, '-r', 'ts-node/register', join(run.root, 'bin/start.ts'), '--out', out];
  const { seconds: life } = await measureCommand(run, start, run.root);
  const { seconds, decisions } = JSON.parse(readFileSync(join(out, 'decisions.json'), 'utf8')) as {
    seconds: number;
    decisions: readonly { times: number }[];
  };
  const count = decisions.reduce((sum, { times }) => sum + times, 0);
  return [
    {
      what: 'a rehearsal, with every call decided by policies against without',
      ratio: life / (life - seconds),
      detail: `${digits(life)} s, of which ${count} decisions took ${digits(seconds)} s of the processor`,
    },
  ];
}
