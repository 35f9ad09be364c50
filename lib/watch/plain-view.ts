import type { Terminal } from '../cli/terminal';
import { costText, jobCost } from './job-cost';
import type { LogLine } from './job-log';
import type { WatchState } from './watch-state';
import type { WatchView } from './watch-view';
import { clockText, metricText } from './watch-words';

/** Plain lines for a log: one for each status, for each line of the job's log, and for metrics that changed. */
export class PlainView implements WatchView {
  private readonly statuses = new Set<string>();
  private readonly samples = new Map<string, number>();
  private message: string | undefined;

  public constructor(
    private readonly terminal: Terminal,
    private readonly region: string,
  ) {}

  public show(state: WatchState, lines: readonly LogLine[]): void {
    this.showStatuses(state);
    for (const { host, text } of lines) {
      this.terminal.info(state.hasSeveralHosts ? `${host} | ${text}` : `| ${text}`);
    }
    const changed = [...state.metrics].filter(
      ([name, values]) => values.length !== (this.samples.get(name) ?? 0),
    );
    for (const [name, values] of changed) {
      this.samples.set(name, values.length);
    }
    if (changed.length > 0) {
      this.terminal.info(
        changed.map(([name, values]) => `${name} ${metricText(values.at(-1)!.value)}`).join(' · '),
      );
    }
  }

  public trouble(message: string | undefined): void {
    if (message !== this.message) {
      this.message = message;
      this.terminal.info(message ?? 'AWS answers again');
    }
  }

  public note(message: string): void {
    this.terminal.info(message);
  }

  public close(): void {}

  /** Those that passed between two answers too; a status may change its message. */
  private showStatuses(state: WatchState): void {
    const { job, transitions } = state;
    for (const [at, { Status: status, StatusMessage: message, StartTime: start }] of transitions.entries()) {
      const key = `${at} ${message}`;
      if (!this.statuses.has(key)) {
        this.statuses.add(key);
        const time = start?.getTime() ?? Date.now();
        const after = clockText(Math.max(0, time - (job.CreationTime?.getTime() ?? time)));
        const cost =
          at === transitions.length - 1 ? ` · ${costText(jobCost(job, this.region, Date.now()))}` : '';
        this.terminal.info(
          `${job.TrainingJobName} · ${status} · ${after}${cost}${message ? `: ${message}` : ''}`,
        );
      }
    }
  }
}
