import type { PredictionResult } from './predict-files';

/** Percentiles of the answered requests, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/** Nearest-rank percentiles: each is a latency that was measured. Undefined where nothing was. */
export function latencyOf(results: readonly PredictionResult[]): Latency | undefined {
  const sorted = results.flatMap(({ latencyMs }) => latencyMs ?? []).toSorted((a, b) => a - b);
  const percentile = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
  return sorted.length === 0 ? undefined : { p50: percentile(50), p95: percentile(95) };
}

/** What became of predictions, in a line. */
export function predictionSummary(results: readonly PredictionResult[], target?: string): string {
  const predicted = results.filter(({ status }) => status === 'predicted').length;
  const latency = latencyOf(results);
  const timing = latency ? `; latency p50 ${latency.p50} ms, p95 ${latency.p95} ms` : '';
  return `${predicted} of ${results.length} predicted${target ? ` by ${target}` : ''}${timing}`;
}
