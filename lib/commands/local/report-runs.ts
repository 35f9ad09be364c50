import { html, type Html, table } from './html';
import { metricCharts, short } from './report-charts';
import type { RunRecord } from './report-data';

/** So many runs have a line in the chart; the table has all that are remembered. */
const DRAWN = 6;

/** The last runs of a directory side by side: one chart of what they have in common, and what was different. */
export function runsSection(runs: readonly RunRecord[]): Html {
  const labels = runs.map(({ ended }) => ended.slice(0, 16).replace('T', ' '));
  const metric = comparedMetric(runs);
  const curves = runs.slice(0, DRAWN).flatMap(({ curves: own }, at) => {
    const values = (metric === undefined ? undefined : own[metric]) ?? [];
    return values.length === 0
      ? []
      : [
          {
            name: at === 0 ? 'this run' : labels[at]!,
            points: values.map((value) => ({ timestamp: '', value })),
          },
        ];
  });
  const changed = differing(runs.map(({ hyperparameters }) => hyperparameters));
  const metrics = [...new Set(runs.flatMap(({ finalMetrics }) => Object.keys(finalMetrics)))];
  const rows = runs.map(({ status, hyperparameters, seconds, finalMetrics }, at) => [
    at === 0 ? 'this run' : labels[at],
    status,
    ...changed.map((key) => hyperparameters[key]),
    ...metrics.map((name) => (name in finalMetrics ? short(finalMetrics[name]!) : undefined)),
    seconds === undefined ? undefined : `${Math.round(seconds)} s`,
  ]);
  return html`<h2>Runs of this directory</h2>
    ${curves.length > 1 ? html`<div class="charts">${metricCharts(curves, metric)}</div>` : undefined}
    <div class="scroll">${table(['ended (UTC)', 'status', ...changed, ...metrics, 'training'], rows)}</div>`;
}

/** The metric that the most runs have a curve of; of those alike, one of validation. */
function comparedMetric(runs: readonly RunRecord[]): string | undefined {
  const count = new Map<string, number>();
  for (const name of runs.flatMap(({ curves }) => Object.keys(curves))) {
    count.set(name, (count.get(name) ?? 0) + (name.startsWith('validation:') ? 1.1 : 1));
  }
  return [...count].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}

/** The keys whose values are not the same everywhere. */
function differing(all: readonly Readonly<Record<string, string>>[]): string[] {
  const keys = [...new Set(all.flatMap((each) => Object.keys(each)))];
  return keys.filter((key) => new Set(all.map((each) => each[key])).size > 1);
}
