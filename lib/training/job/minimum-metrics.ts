import type { MetricData } from '@aws-sdk/client-sagemaker';

/** The gate: metric name → lowest final value that passes. A string from CloudFormation, a number from the event rule. */
export type MinimumMetrics = Readonly<Record<string, string | number>>;

/** A metric's last value. */
export type FinalMetric = Pick<MetricData, 'MetricName' | 'Value'>;

/**
 * What keeps a job's final metrics from passing the gate, a phrase for each metric; none when they pass.
 *
 * SageMaker reports single precision: 0.7 comes back as 0.699999988. So both sides are compared as such.
 */
export function shortfalls(
  minimumMetrics: MinimumMetrics,
  finalMetrics: readonly FinalMetric[] = [],
): string[] {
  const reported = finalValues(finalMetrics);
  return Object.entries(minimumMetrics).flatMap(([metric, given]) => {
    const minimum = Number(given);
    const value = reported.get(metric);
    if (String(given).trim() === '' || Number.isNaN(minimum)) {
      return [`${metric} has the minimum "${given}", which is not a number`];
    }
    if (value === undefined) {
      const names = [...reported.keys()].join(', ') || 'none';
      return [`${metric} was not reported (reported: ${names})`];
    }
    // Written so that NaN, which compares false with everything, falls short too.
    return Math.fround(value) >= Math.fround(minimum)
      ? []
      : [`${metric} is ${shortest(value)}, less than ${minimum}`];
  });
}

/** Names of the gated metrics that a job has not reported. */
export function unreported(
  minimumMetrics: MinimumMetrics,
  finalMetrics: readonly FinalMetric[] = [],
): string[] {
  const reported = finalValues(finalMetrics);
  return Object.keys(minimumMetrics).filter((metric) => !reported.has(metric));
}

/** The part of a gate that a job which passed the former gate has yet to pass: what was added or raised. */
export function raisedMinimums(before: MinimumMetrics, after: MinimumMetrics): MinimumMetrics {
  return Object.fromEntries(
    Object.entries(after).filter(([metric, minimum]) => !(Number(minimum) <= Number(before[metric]))),
  );
}

function finalValues(finalMetrics: readonly FinalMetric[]): Map<string, number> {
  return new Map(finalMetrics.map(({ MetricName, Value }) => [MetricName ?? '', Value ?? Number.NaN]));
}

/** The shortest decimal number that is this value in single precision. */
function shortest(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(value)) {
      return String(rounded);
    }
  }
  return String(value);
}
