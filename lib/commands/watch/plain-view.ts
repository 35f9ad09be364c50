import type { Terminal } from '../../console/terminal';
import { hasEnded } from '../../training/job/training-jobs';
import { costText } from './job-cost';
import type { LogLine } from './job-log';
import type { WatchState } from './watch-state';
import { clockText, metricText } from './watch-words';

/** Plain lines for a log: one for each status and each line of the job's log, in the order of time, and for metrics that changed. */
export class PlainView {
  private readonly statuses = new Set<string>();
  private readonly samples = new Map<string, number>();
  private message: string | undefined;

  public constructor(
    private readonly terminal: Terminal,
    private readonly region: string,
  ) {}

  public show(state: WatchState, lines: readonly LogLine[]): void {
    const written = lines.map(({ timestamp: time, host, text }) => ({
      time,
      text: state.hasSeveralHosts ? `${host} | ${text}` : `| ${text}`,
    }));
    // A page of the log is followed by another: what came after it waits.
    const until = lines.at(-1)?.timestamp ?? Infinity;
    const due = [...this.newStatuses(state, until), ...written].toSorted((a, b) => a.time - b.time);
    for (const { text } of due) {
      this.terminal.info(text);
    }
    this.showMetrics(state);
  }

  public trouble(message: string | undefined): void {
    if (message !== this.message) {
      this.message = message;
      this.terminal.info(message ?? 'AWS answers again');
    }
  }

  public close(): void {}

  /** Those that passed between two answers too. A status may change its message; that of the last is the outcome's. */
  private newStatuses({ job }: WatchState, until: number) {
    const { TrainingJobName: name, SecondaryStatusTransitions: transitions = [] } = job;
    return transitions.flatMap(({ Status: status, StatusMessage: message, StartTime: start }, at) => {
      const key = `${at} ${message}`;
      const time = start?.getTime() ?? 0;
      if (this.statuses.has(key) || time > until) {
        return [];
      }
      this.statuses.add(key);
      const after = clockText(Math.max(0, time - (job.CreationTime?.getTime() ?? time)));
      const isLast = at === transitions.length - 1;
      const parts = [
        name,
        status,
        after,
        ...(isLast ? [costText(job, this.region, Date.now())] : []),
        ...(message && !hasEnded(status) ? [message.replaceAll(/\s+/g, ' ')] : []),
      ];
      return [{ time, text: parts.join(' · ') }];
    });
  }

  private showMetrics({ metrics }: WatchState): void {
    const changed = [...metrics].filter(([name, values]) => values.length !== this.samples.get(name));
    for (const [name, values] of changed) {
      this.samples.set(name, values.length);
    }
    if (changed.length > 0) {
      this.terminal.info(
        changed.map(([name, values]) => `${name} ${metricText(values.at(-1)!.value)}`).join(' · '),
      );
    }
  }
}
