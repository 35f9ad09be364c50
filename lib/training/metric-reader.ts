import type { MetricDefinition } from '@aws-sdk/client-sagemaker';
import { metricPattern } from './metric-pattern';

/** No log line of CloudWatch is longer (256 KiB), and no metric stands further in. */
const MAX_SEARCHED = 16 * 1024;

/** A metric that a line of a log holds. */
export interface ReadMetric {
  readonly name: string;
  readonly value: number;
}

/** Reads metrics from the lines of a log, as SageMaker does: by the job's own MetricDefinitions. */
export class MetricReader {
  /** The definitions that cannot be followed here, a phrase for each. */
  public readonly problems: readonly string[];
  private readonly patterns: readonly { readonly name: string; readonly pattern: RegExp }[];

  public constructor(definitions: readonly MetricDefinition[]) {
    const problems: string[] = [];
    this.patterns = definitions.flatMap(({ Name: name, Regex: regex }) => {
      try {
        return [{ name: name!, pattern: metricPattern(regex!) }];
      } catch (error) {
        problems.push(`the metric ${name} is not collected here: ${(error as Error).message}`);
        return [];
      }
    });
    this.problems = problems;
  }

  /** The finite values that a line holds, in the order of the definitions. */
  public read(line: string): ReadMetric[] {
    const searched = line.slice(0, MAX_SEARCHED);
    return this.patterns.flatMap(({ name, pattern }) =>
      [...searched.matchAll(pattern)]
        .map((match) => ({ name, value: Number(match[1]?.trim() || NaN) }))
        .filter(({ value }) => Number.isFinite(value)),
    );
  }
}
