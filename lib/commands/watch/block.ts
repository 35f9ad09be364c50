import type { TerminalSize } from '../../console/terminal';
import { costText } from './job-cost';
import { sparkline } from './sparkline';
import type { WatchState } from './watch-state';
import { clockText, metricText, statusText } from './watch-words';

/** What a block shows besides the job. */
export interface BlockContext {
  readonly size: TerminalSize;
  /** Such as `eu-west-1`: the region whose prices hold. */
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What keeps the watch from news; undefined when nothing does. */
  readonly trouble?: string | undefined;
}

/** How many of the log's lines are shown where there is room for more. */
const LOG_LINES = 10;

/** Fewest lines of the log, which many metrics must leave free. */
const FEWEST_LOG_LINES = 3;

/** A training job in at most as many lines as the terminal has: status, metrics with their history, the log's end. */
export function block(state: WatchState, { size, region, now, trouble }: BlockContext): string[] {
  // The terminal keeps its last row and column free.
  const [rows, columns] = [size.rows - 1, size.columns - 1];
  const { job } = state;
  const message = job.SecondaryStatusTransitions?.at(-1)?.StatusMessage;
  const head = [
    ...filled(
      [
        job.TrainingJobName ?? '',
        statusText(state),
        clockText(state.elapsed(now)),
        costText(job, region, now),
      ],
      columns,
    ),
    ...(message && !state.hasEnded ? [message] : []),
    ...(trouble === undefined ? [] : filled(trouble.split(' '), columns, ' ')),
  ];
  const log = state.lastLines
    .slice(-LOG_LINES)
    .map(({ host, text }) => (state.hasSeveralHosts ? `${host} ${text}` : text));
  const room = rows - head.length;
  const metrics = section(metricLines(state, columns), room - Math.min(log.length, FEWEST_LOG_LINES) - 1);
  const left = room - metrics.length - 1;
  const tail = left > 0 && log.length > 0 ? ['', ...log.slice(-left)] : [];
  return [...head, ...metrics, ...tail].slice(0, rows);
}

/** Parts in as few lines as hold them; a part that is longer than a line is a line of its own. */
function filled(parts: readonly string[], columns: number, separator = ' · '): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + separator.length + part.length <= columns) {
      lines[lines.length - 1] = `${last}${separator}${part}`;
    } else {
      lines.push(part);
    }
  }
  return lines;
}

/** Lines below an empty one, as far as there is room, and how many there is none for. */
function section(lines: readonly string[], room: number): string[] {
  if (lines.length === 0 || room < 2) {
    return [];
  }
  if (lines.length < room) {
    return ['', ...lines];
  }
  const shown = lines.slice(0, room - 2);
  return ['', ...shown, `and ${lines.length - shown.length} more metrics`];
}

function metricLines({ metrics }: WatchState, columns: number): string[] {
  const rows = [...metrics].map(([name, samples]) => ({
    name,
    values: samples.map(({ value }) => value),
    last: metricText(samples.at(-1)!.value),
  }));
  const [names, lasts] = [
    Math.max(...rows.map(({ name }) => name.length)),
    Math.max(...rows.map(({ last }) => last.length)),
  ];
  const width = columns - names - lasts - 4;
  return rows.map(({ name, values, last }) => {
    const text = `${name.padEnd(names)}  ${last.padStart(lasts)}`;
    return width > 0 ? `${text}  ${sparkline(values, width)}` : text;
  });
}
