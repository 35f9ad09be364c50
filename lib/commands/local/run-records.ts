import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredHyperparameters } from '../../training/hyperparameters';
import { writeWhole } from '../invoke/output-files';
import { curvesOf, thinned } from './report-charts';
import type { ReportData, RunRecord } from './report-data';

/** So many runs are remembered, and so many values of each of their metrics. */
const MOST_RUNS = 10;
const MOST_VALUES = 200;

/** Remembers a run among the last ones of its directory, in runs.json there; gives them, the newest first. */
export async function rememberRun(
  outDirectory: string,
  data: Pick<ReportData, 'request' | 'status' | 'durations' | 'metrics'>,
): Promise<RunRecord[]> {
  const path = join(outDirectory, 'runs.json');
  const hyperparameters = declaredHyperparameters(data.request.HyperParameters as Record<string, string>);
  const run: RunRecord = {
    ended: new Date().toISOString(),
    status: data.status,
    hyperparameters: Object.fromEntries(
      Object.entries(hyperparameters).map(([key, value]) => [key, value.slice(0, 100)]),
    ),
    seconds: data.durations.training,
    curves: Object.fromEntries(
      [...curvesOf(data.metrics)].map(([name, values]) => [name, thinned(values, MOST_VALUES)]),
    ),
  };
  const runs = [run, ...formerRuns(path)].slice(0, MOST_RUNS);
  await writeWhole(path, `${JSON.stringify(runs)}\n`);
  return runs;
}

/** What is remembered; nothing of a file that is no list: it is no more than a help. */
function formerRuns(path: string): RunRecord[] {
  try {
    const runs: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
    return Array.isArray(runs) ? (runs as RunRecord[]) : [];
  } catch {
    return [];
  }
}
