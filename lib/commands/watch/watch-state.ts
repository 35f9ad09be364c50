import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { MetricReader } from '../../training/metric-reader';
import { hasEnded } from '../../training/job/training-jobs';
import { printable } from '../../aws/printable';
import type { LogLine } from './job-log';

/** A value of a metric, and when its line was written, in milliseconds since 1970. */
export interface MetricSample {
  readonly timestamp: number;
  readonly value: number;
}

/** How many of the log's last lines are kept. */
const LAST_LINES = 50;

/** What is known of a training job: what the service says, its log's last lines, and every metric from its beginning. */
export class WatchState {
  /** DescribeTrainingJob's last answer. */
  public job: DescribeTrainingJobResponse;
  /** The log's last lines, fit to be shown. */
  public lastLines: LogLine[] = [];
  /** Values by metric, in the order of time. */
  public readonly metrics = new Map<string, MetricSample[]>();
  private readonly reader: MetricReader;

  public constructor(job: DescribeTrainingJobResponse) {
    this.reader = new MetricReader(job.AlgorithmSpecification?.MetricDefinitions ?? []);
    this.job = job;
    this.describe(job);
  }

  public get hasEnded(): boolean {
    return hasEnded(this.job.TrainingJobStatus);
  }

  /** Metrics that are not read from the log, a phrase for each. */
  public get problems(): readonly string[] {
    return this.reader.problems;
  }

  /** Whether several instances write the log. */
  public get hasSeveralHosts(): boolean {
    const { InstanceCount = 0, InstanceGroups = [] } = this.job.ResourceConfig ?? {};
    return InstanceGroups.reduce((sum, group) => sum + (group.InstanceCount ?? 0), InstanceCount) > 1;
  }

  /** Milliseconds since the job was created, until its end. */
  public elapsed(now: number): number {
    const end = this.hasEnded ? (this.job.TrainingEndTime ?? this.job.LastModifiedTime) : undefined;
    return Math.max(0, (end?.getTime() ?? now) - (this.job.CreationTime?.getTime() ?? now));
  }

  /** Takes an answer of DescribeTrainingJob. */
  public describe(job: DescribeTrainingJobResponse): void {
    this.job = job;
    for (const { MetricName: name = '', Value: value, Timestamp: time } of job.FinalMetricDataList ?? []) {
      // The log has the value with all its digits, the service in single precision.
      if (value !== undefined && !this.metrics.has(name)) {
        this.metrics.set(name, [{ timestamp: time?.getTime() ?? 0, value }]);
      }
    }
  }

  /** Takes new lines of the log. Returns them fit to be shown. */
  public read(lines: readonly LogLine[]): LogLine[] {
    for (const { timestamp, text } of lines) {
      for (const { name, value } of this.reader.read(text)) {
        const samples = this.metrics.get(name) ?? [];
        this.metrics.set(name, samples);
        insertByTime(samples, { timestamp, value });
      }
    }
    const fit = (text: string) => printable(text).replaceAll('\t', '    ').trimEnd();
    const shown = lines.map((line) => ({ ...line, text: fit(line.text) }));
    for (const line of shown.filter(({ text }) => text !== '')) {
      insertByTime(this.lastLines, line);
    }
    this.lastLines = this.lastLines.slice(-LAST_LINES);
    return shown;
  }
}

/** The streams of several instances are read one after the other. */
function insertByTime<T extends { readonly timestamp: number }>(items: T[], item: T): void {
  const before = items.findLastIndex(({ timestamp }) => timestamp <= item.timestamp);
  items.splice(before + 1, 0, item);
}
