import type { LogLine } from './job-log';
import type { WatchState } from './watch-state';

/** Where a person sees a training job. */
export interface WatchView {
  /** Takes the state after each answer, with the log lines that it brought. */
  show(state: WatchState, lines: readonly LogLine[]): void;
  /** Says what keeps the watch from news, once until it is something else; undefined when nothing does any more. */
  trouble(message: string | undefined): void;
  /** Says something that stays. */
  note(message: string): void;
  /** Shows the last state for good. */
  close(): void;
}
