/** Percentiles of the answered requests, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/** Nearest-rank percentiles: each is a latency that was measured. Undefined where nothing was. */
export function latencyOf(milliseconds: readonly number[]): Latency | undefined {
  if (milliseconds.length === 0) {
    return undefined;
  }
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const percentile = (percent: number) =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
  return { p50: percentile(50), p95: percentile(95) };
}
