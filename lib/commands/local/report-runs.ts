import { html, type Html, table } from './html';
import { metricCharts, short } from './report-charts';
import type { RunRecord } from './report-data';

/** So many runs have a line in the chart; the table has all that are remembered. */
const DRAWN = 6;

/** The last runs of a directory side by side: one chart of what they have in common, and what was different. */
export function runsSection(runs: readonly RunRecord[]): Html {
  const labels = runs.map(({ ended }, at) => (at === 0 ? 'this run' : ended.slice(0, 16).replace('T', ' ')));
  const metric = comparedMetric(runs);
  const curves = runs
    .slice(0, DRAWN)
    .map(({ curves: own }, at) => [labels[at]!, own[metric] ?? []] as const)
    .filter(([, values]) => values.length > 0);
  const changed = differing(runs.map(({ hyperparameters }) => hyperparameters));
  const metrics = [...new Set(runs.flatMap(({ curves: own }) => Object.keys(own)))];
  const rows = runs.map(({ status, hyperparameters, seconds, curves: own }, at) => [
    labels[at],
    status,
    ...changed.map((key) => hyperparameters[key]),
    ...metrics.map((name) => own[name] && short(own[name].at(-1)!)),
    seconds === undefined ? undefined : `${Math.round(seconds)} s`,
  ]);
  return html`${curves.length > 1 ? html`<div class="charts">${metricCharts(curves, metric)}</div>` : undefined}
    <div class="scroll">${table(['ended (UTC)', 'status', ...changed, ...metrics, 'training'], rows)}</div>`;
}

/** The metric that the most runs have a curve of; of those alike, one of validation. */
function comparedMetric(runs: readonly RunRecord[]): string {
  const names = runs.flatMap(({ curves }) => Object.keys(curves));
  const weight = (name: string) =>
    names.filter((each) => each === name).length + (name.startsWith('validation:') ? 0.5 : 0);
  return names.toSorted((one, other) => weight(other) - weight(one))[0] ?? '';
}

/** The keys whose values are not the same everywhere. */
function differing(all: readonly Readonly<Record<string, string>>[]): string[] {
  const keys = [...new Set(all.flatMap((each) => Object.keys(each)))];
  return keys.filter((key) => new Set(all.map((each) => each[key])).size > 1);
}
