import { printable } from '../aws/printable';

/** How much a terminal shows, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where a command writes: results to stdout, everything else to stderr. Injected, so that tests can record it. */
export interface Terminal {
  /** Whether progress can be redrawn in place; false in a log or a pipe. */
  readonly interactive: boolean;
  /** The size of now: a window may change it. */
  readonly size: TerminalSize;
  /** A result, to stdout: what a script would read. */
  result(text: string): void;
  /** A line for the person, to stderr. */
  info(text: string): void;
  /**
   * The state of what runs now, in one line or more: redrawn in place on a terminal, where longer lines and lower rows than it
   * shows are cut off; at most one plain line per interval in a log.
   */
  progress(text: string): void;
  /** Removes the progress, where some is shown. */
  clearProgress(): void;
}

/** Shortest time between two progress lines in a log, in milliseconds. */
const LOG_INTERVAL = 10_000;

/** Longest progress line in a log, in characters. */
const LOG_WIDTH = 160;

/** Terminals cut long lines off instead of wrapping them (DECAWM), and wrap them again: a wrapped line cannot be redrawn. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
const CLEAR_TO_END_OF_LINE = '\x1b[K';
const CLEAR_TO_END_OF_SCREEN = '\x1b[J';

/** The process's own terminal. */
export class ProcessTerminal implements Terminal {
  public readonly interactive = Boolean(process.stderr.isTTY);
  /** The lines that stand above the cursor and at it. */
  private drawn: readonly string[] = [];
  private lastLogged = 0;

  public get size(): TerminalSize {
    return { columns: process.stderr.columns || 80, rows: process.stderr.rows || 24 };
  }

  public result(text: string): void {
    this.clearProgress();
    process.stdout.write(`${printable(text)}\n`);
  }

  public info(text: string): void {
    this.clearProgress();
    process.stderr.write(`${printable(text)}\n`);
  }

  public progress(text: string): void {
    if (!this.interactive) {
      const now = Date.now();
      if (now - this.lastLogged >= LOG_INTERVAL) {
        this.lastLogged = now;
        process.stderr.write(`${printable(text).slice(0, LOG_WIDTH)}\n`);
      }
      return;
    }
    const { columns, rows } = this.size;
    const lines = printable(text)
      .split('\n')
      .slice(0, rows - 1)
      .map((line) => line.slice(0, columns - 1));
    // One write, over what stands there: clearing first would flicker.
    process.stderr.write(
      `${this.toFirstLine()}${NO_WRAP}${lines.join(`${CLEAR_TO_END_OF_LINE}\n`)}${CLEAR_TO_END_OF_SCREEN}${WRAP}`,
    );
    this.drawn = lines;
  }

  public clearProgress(): void {
    if (this.drawn.length > 0) {
      process.stderr.write(`${this.toFirstLine()}${CLEAR_TO_END_OF_SCREEN}`);
      this.drawn = [];
    }
  }

  /** Moves the cursor to where the progress begins. In a window made narrower since, its lines take more rows. */
  private toFirstLine(): string {
    const { columns } = this.size;
    const rows = this.drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
    return rows > 1 ? `\r\x1b[${rows - 1}A` : '\r';
  }
}
