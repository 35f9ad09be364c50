import type { MetricDefinition } from '@aws-sdk/client-sagemaker';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { MetricReader } from '../../training/metric-reader';
import type { MetricValue, TrainingEvent } from './training-job-document';

/** CloudWatch's longest log event, in bytes: what is longer becomes several lines, cut between UTF-8's characters. */
const MAX_LINE = 256 * 1024;
const PIECE = new RegExp(`[^]{1,${MAX_LINE}}(?![\\x80-\\xbf])`, 'g');

/** Whether a line feed follows the last carriage return is known with the next data. */
const LINE_END = /\r\n|\n|\r(?!$)/;

/** Begins the lines that are not the script's: what this machine does not do as SageMaker would. */
export const NOTE = '[here] ';

/** A job's log: to training.log, to the events, and through the metric definitions. */
export class TrainingLog {
  /** All values so far, in the order of the log. */
  public readonly metrics: MetricValue[] = [];
  /** Why the log could not be written, once it could not; nothing is written after that. */
  public failure?: Error;
  private readonly file: number;
  private readonly reader: MetricReader;

  public constructor(
    path: string,
    definitions: readonly MetricDefinition[],
    private readonly onEvent: (event: TrainingEvent) => void,
  ) {
    this.file = openSync(path, 'w');
    this.reader = new MetricReader(definitions);
    this.lines(this.reader.problems);
  }

  /** Takes lines of the log, without their ends. They are on the disk when this returns: a fast script waits for it. */
  public lines(lines: readonly string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(''));
    for (const line of lines) {
      this.onEvent({ type: 'log', line });
      for (const { name, value } of this.reader.read(line)) {
        const timestamp = new Date().toISOString();
        this.metrics.push({ MetricName: name, Value: value, Timestamp: timestamp });
        this.onEvent({ type: 'metric', name, value, timestamp });
      }
    }
  }

  /** Takes what a person should know of this machine beside the script's own lines. */
  public notes(notes: readonly string[]): void {
    this.lines(notes.map((note) => `${NOTE}${note}`));
  }

  /** The last value of each metric. */
  public finalMetrics(): MetricValue[] {
    return [...new Map(this.metrics.map((metric) => [metric.MetricName, metric])).values()];
  }

  /**
   * Takes all lines of a stream; a progress bar's carriage return ends a line too.
   * @param busy what to wait for before more is read
   */
  public read(
    stream: Readable,
    onLine: (line: string) => void,
    busy: () => Promise<unknown> | undefined = () => undefined,
  ): void {
    let rest = '';
    const take = (data: string) => {
      const lines = (rest + data).split(LINE_END).flatMap(pieces);
      rest = lines.pop()!;
      const texts = lines.map((line) => Buffer.from(line, 'latin1').toString());
      this.lines(texts);
      texts.forEach(onLine);
    };
    // Each byte a character: data may end within one of UTF-8.
    stream.setEncoding('latin1');
    stream.on('data', (data: string) => {
      take(data);
      const wait = busy();
      if (wait) {
        stream.pause();
        void wait.finally(() => stream.resume());
      }
    });
    stream.on('close', () => take(rest && '\n'));
  }

  public close(): void {
    closeSync(this.file);
  }

  private write(text: string): void {
    try {
      if (!this.failure && text) {
        const data = Buffer.from(text);
        for (let written = 0; written < data.length;) {
          written += writeSync(this.file, data, written);
        }
      }
    } catch (error) {
      this.failure = error as Error;
    }
  }
}

function pieces(line: string): readonly string[] {
  return line.length > MAX_LINE ? line.match(PIECE)! : [line];
}
