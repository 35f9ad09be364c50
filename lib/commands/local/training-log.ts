import type { MetricDefinition } from '@aws-sdk/client-sagemaker';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { MetricReader } from '../../training/metric-reader';
import type { MetricValue, TrainingEvent } from './training-job-document';

/** A job's log: to training.log, to the events, and through the metric definitions. */
export class TrainingLog {
  /** All values so far, in the order of the log. */
  public readonly metrics: MetricValue[] = [];
  private readonly file: WriteStream;
  private readonly reader: MetricReader;

  public constructor(
    path: string,
    definitions: readonly MetricDefinition[],
    private readonly onEvent: (event: TrainingEvent) => void,
  ) {
    this.file = createWriteStream(path);
    this.reader = new MetricReader(definitions);
    for (const problem of this.reader.problems) {
      this.line(problem);
    }
  }

  /** Takes one line of the log, without its end. */
  public line(line: string): void {
    this.file.write(`${line}\n`);
    this.onEvent({ type: 'log', line });
    for (const { name, value } of this.reader.read(line)) {
      const timestamp = new Date().toISOString();
      this.metrics.push({ MetricName: name, Value: value, Timestamp: timestamp });
      this.onEvent({ type: 'metric', name, value, timestamp });
    }
  }

  /** The last value of each metric. */
  public finalMetrics(): MetricValue[] {
    return [...new Map(this.metrics.map((metric) => [metric.MetricName, metric])).values()];
  }

  /** Takes all lines of a stream; a progress bar's carriage return ends a line too. */
  public read(stream: Readable, onLine: (line: string) => void): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    const take = (text: string) => {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop()!;
      for (const line of lines) {
        this.line(line);
        onLine(line);
      }
    };
    stream.on('data', (data: Buffer) => take(decoder.write(data)));
    stream.on('end', () => {
      take(decoder.end());
      if (rest) {
        take('\n');
      }
    });
  }

  public async close(): Promise<void> {
    this.file.end();
    await finished(this.file);
  }
}
