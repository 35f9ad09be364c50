import { clearLine, cursorTo } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';

/** Where a command writes: results to stdout, everything else to stderr. Injected, so that tests can record it. */
export interface Terminal {
  /** Whether progress can be redrawn in place; false in a log or a pipe. */
  readonly interactive: boolean;
  /** A result, to stdout: what a script would read. */
  result(text: string): void;
  /** A line for the person, to stderr. */
  info(text: string): void;
  /** The state of what runs now: redrawn in place on a terminal, at most one plain line per interval in a log. */
  progress(text: string): void;
  /** Removes the progress line, where one is shown. */
  clearProgress(): void;
}

/** Shortest time between two progress lines in a log, in milliseconds. */
const LOG_INTERVAL = 10_000;

/** Longest progress line in a log, in characters. */
const LOG_WIDTH = 160;

/** The process's own terminal. */
export class ProcessTerminal implements Terminal {
  public readonly interactive = Boolean(process.stderr.isTTY);
  private drawn = false;
  private lastLogged = 0;

  public result(text: string): void {
    this.clearProgress();
    process.stdout.write(`${text}\n`);
  }

  public info(text: string): void {
    this.clearProgress();
    process.stderr.write(`${text}\n`);
  }

  public progress(text: string): void {
    if (!this.interactive) {
      const now = Date.now();
      if (now - this.lastLogged >= LOG_INTERVAL) {
        this.lastLogged = now;
        process.stderr.write(`${text.slice(0, LOG_WIDTH)}\n`);
      }
      return;
    }
    this.clearProgress();
    // A longer line would wrap, and a wrapped line cannot be redrawn. Some terminals say that they have no columns.
    process.stderr.write(stripVTControlCharacters(text).slice(0, (process.stderr.columns || 80) - 1));
    this.drawn = true;
  }

  public clearProgress(): void {
    if (this.drawn) {
      cursorTo(process.stderr, 0);
      clearLine(process.stderr, 0);
      this.drawn = false;
    }
  }
}
