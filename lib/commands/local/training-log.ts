import type { MetricDefinition } from '@aws-sdk/client-sagemaker';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { MetricReader } from '../../training/metric-reader';
import type { MetricValue, TrainingEvent } from './training-job-document';

/** CloudWatch's longest log event, in bytes: what is longer becomes several lines. */
const MAX_LINE = 256 * 1024;

/** Begins the lines that are not the script's: what this machine does not do as SageMaker would. */
export const NOTE = '[here] ';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

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
    let rest: Buffer = Buffer.alloc(0);
    const take = (data: Buffer, last: boolean) => {
      const { lines, rest: more } = splitLines(Buffer.concat([rest, data]), last);
      rest = more;
      this.lines(lines);
      lines.forEach(onLine);
    };
    stream.on('data', (data: Buffer) => {
      take(data, false);
      const wait = busy();
      if (wait) {
        stream.pause();
        void wait.finally(() => stream.resume());
      }
    });
    stream.on('close', () => take(Buffer.alloc(0), true));
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

/** The whole lines of a text, cut where they are too long, and the beginning of the next one. */
function splitLines(data: Buffer, last: boolean): { lines: string[]; rest: Buffer } {
  const lines: string[] = [];
  let start = 0;
  const end = (at: number) => {
    while (at - start > MAX_LINE) {
      const cut = characterStart(data, start + MAX_LINE);
      lines.push(data.toString('utf8', start, cut));
      start = cut;
    }
  };
  for (let at = 0; at < data.length; at++) {
    const ending = data[at] === CARRIAGE_RETURN;
    // Whether a line feed follows the last carriage return is known with the next data.
    if (data[at] === NEWLINE || (ending && (at + 1 < data.length || last))) {
      end(at);
      lines.push(data.toString('utf8', start, at));
      at += ending && data[at + 1] === NEWLINE ? 1 : 0;
      start = at + 1;
    }
  }
  end(data.length);
  if (last && start < data.length) {
    lines.push(data.toString('utf8', start));
    start = data.length;
  }
  return { lines, rest: data.subarray(start) };
}

/** The beginning of the UTF-8 character that a byte belongs to. */
function characterStart(data: Buffer, at: number): number {
  let start = at;
  while (start > at - 4 && (data[start]! & 0xc0) === 0x80) {
    start -= 1;
  }
  return start;
}
