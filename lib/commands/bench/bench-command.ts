// `npm run bench`: measures synthesis, training, prediction and a rehearsal on this machine, each as a ratio to what it is compared with.
// What is measured stands in a file each; the Python beside them runs in processes of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Comparison, renderComparison } from './comparison';
import type { BenchRun } from './measured-command';
import { compareEnforcement } from './enforcement';
import { comparePrediction } from './prediction';
import { compareData, compareSynthesis } from './synthesis';
import { compareTraining } from './training';
import { ensurePythonEnvironment } from '../../python/python-environment';
import { CommandLine } from '../../console/command-line';
import type { Command } from '../../console/main';
import { RUNTIME_REQUIREMENTS } from '../../python/requirements';

/** The line of `npm run bench`. */
const benchLine = new CommandLine({
  name: 'npm run bench',
  summary: `Measures synthesis, training, prediction and a rehearsal on this machine and prints each as a ratio within this run,
with what it should be. Takes some minutes; anything else that runs meanwhile disturbs it.
Exits with 0 whether the aims are met or not.`,
  options: {},
  examples: ['npm run bench', 'npm run --silent bench > bench.txt'],
  read: () => undefined,
});

/** `npm run bench`. */
export const benchCommand: Command = benchLine.command(async (_arguments, { terminal, signal }) => {
  const python = await ensurePythonEnvironment({ requirements: RUNTIME_REQUIREMENTS, terminal, signal });
  const scratch = await mkdtemp(join(tmpdir(), 'bench-'));
  const run: BenchRun = { root: resolve(__dirname, '../../..'), scratch, python, terminal, signal };
  const print = (comparisons: readonly Comparison[]) =>
    comparisons.forEach((comparison) => terminal.result(renderComparison(comparison)));
  try {
    print(await compareSynthesis(run));
    print(await compareData(run));
    const training = await compareTraining(run);
    print(training.comparisons);
    print(await comparePrediction(run, training.modelDirectory));
    print(await compareEnforcement(run));
    return 0;
  } finally {
    terminal.clearProgress();
    await rm(scratch, { recursive: true, force: true });
  }
});
