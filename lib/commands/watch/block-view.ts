import type { Terminal } from '../../console/terminal';
import { block } from './block';
import type { WatchState } from './watch-state';

/** A block on a terminal, redrawn in place: at every answer, and every second for the time that passes. */
export class BlockView {
  private state: WatchState | undefined;
  private message: string | undefined;
  private readonly timer = setInterval(() => this.draw(), 1000);

  public constructor(
    private readonly terminal: Terminal,
    private readonly region: string,
  ) {}

  public show(state: WatchState): void {
    this.state = state;
    this.draw();
  }

  public trouble(message: string | undefined): void {
    this.message = message;
    this.draw();
  }

  public close(): void {
    clearInterval(this.timer);
    this.terminal.clearProgress();
    for (const line of this.lines()) {
      this.terminal.info(line);
    }
    this.state = undefined;
    this.message = undefined;
  }

  private draw(): void {
    const lines = this.lines();
    if (lines.length > 0) {
      this.terminal.progress(lines.join('\n'));
    }
  }

  private lines(): string[] {
    const { state, region, message: trouble } = this;
    const { size } = this.terminal;
    if (!state) {
      return trouble === undefined ? [] : [trouble];
    }
    return block(state, { size, region, now: Date.now(), trouble });
  }
}
