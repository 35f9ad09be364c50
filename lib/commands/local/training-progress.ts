import type { Terminal } from '../../console/terminal';
import type { TrainingEvent } from './training-job-document';
import { NOTE } from './training-log';

/** How many of a job's last lines a person is shown when it fails. */
const LAST_LINES = 20;

/** So much of each of them, in characters. */
const MOST_SHOWN = 2000;

/** Shows a training job while it runs: a live line on a terminal, plain lines in a log. */
export class TrainingProgress {
  private readonly started = Date.now();
  private readonly metrics = new Map<string, number>();
  private secondaryStatus = 'Starting';
  private copying = '';
  private epoch = '';
  private lines: string[] = [];

  public constructor(private readonly terminal: Terminal) {}

  /** The last lines of the job's log. */
  public get lastLines(): readonly string[] {
    return this.lines;
  }

  /** Takes an event of the job. */
  public show(event: TrainingEvent): void {
    if (event.type === 'status') {
      this.secondaryStatus = event.secondaryStatus;
      // Which long copy it is; the other messages say no more than the status.
      this.copying = event.message.startsWith('copying ') ? event.message : '';
    } else if (event.type === 'metric') {
      this.metrics.set(event.name, event.value);
    } else if (event.type === 'log' && event.line.startsWith(NOTE)) {
      this.terminal.info(event.line.slice(NOTE.length));
    } else if (event.type === 'log') {
      this.lines = [...this.lines, event.line.slice(0, MOST_SHOWN)].slice(-LAST_LINES);
      this.epoch = /\bepoch[ =:]+(\d+\s*\/\s*\d+)/i.exec(event.line.slice(0, MOST_SHOWN))?.[1] ?? this.epoch;
    }
    this.terminal.progress(this.text());
  }

  private text(): string {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    // The metrics last: a narrow terminal cuts the line.
    const parts = [
      this.secondaryStatus,
      `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
      this.copying,
      this.epoch && `epoch ${this.epoch}`,
      ...[...this.metrics].map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`),
    ];
    return parts.filter(Boolean).join(' · ');
  }
}
