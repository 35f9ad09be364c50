import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAGEMAKER_PREFIX } from '../../training/hyperparameters';
import { writeWhole } from '../invoke/output-files';
import type { ReportData, RunRecord } from './report-data';

/** So many runs are remembered, and so many values of each of their metrics. */
const MOST_RUNS = 10;
const MOST_VALUES = 200;

/** Remembers a run among the last ones of its directory, in runs.json there; gives them, the newest first. */
export async function rememberRun(
  outDirectory: string,
  data: Pick<ReportData, 'job' | 'status' | 'durations' | 'metrics' | 'finalMetrics'>,
): Promise<RunRecord[]> {
  const path = join(outDirectory, 'runs.json');
  const hyperparameters = (data.job.request.HyperParameters ?? {}) as Readonly<Record<string, string>>;
  const run: RunRecord = {
    ended: new Date().toISOString(),
    status: data.status,
    hyperparameters: Object.fromEntries(
      Object.entries(hyperparameters)
        .filter(([key]) => !key.startsWith(SAGEMAKER_PREFIX))
        .map(([key, value]) => [key, value.slice(0, 100)]),
    ),
    seconds: data.durations.training,
    finalMetrics: Object.fromEntries(data.finalMetrics.map(({ MetricName, Value }) => [MetricName, Value])),
    curves: Object.fromEntries(
      data.metrics.map(({ name, points }) => {
        const step = Math.ceil(points.length / MOST_VALUES);
        return [name, points.filter((_, at) => at % step === 0).map(({ value }) => value)];
      }),
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
