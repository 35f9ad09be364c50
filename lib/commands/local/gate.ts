import { type FinalMetric, type MinimumMetrics, shortfalls } from '../../training/job/minimum-metrics';

/** What the gate makes of one metric. */
export interface GateOutcome {
  readonly name: string;
  readonly minimum: number;
  /** None where the job never printed the metric. */
  readonly value?: number;
  readonly passed: boolean;
}

/** What the deployed function would make of the last value of each metric. */
export function gateOutcomes(minimumMetrics: MinimumMetrics, metrics: readonly FinalMetric[]): GateOutcome[] {
  return Object.entries(minimumMetrics).map(([name, minimum]) => ({
    name,
    minimum: Number(minimum),
    value: metrics.findLast(({ MetricName }) => MetricName === name)?.Value,
    passed: shortfalls({ [name]: minimum }, metrics).length === 0,
  }));
}
