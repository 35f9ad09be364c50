import type { Terminal } from '../../../lib/console/terminal';

/** A terminal that keeps what it was told. */
export class RecordingTerminal implements Terminal {
  public readonly interactive = false;
  public readonly size = { columns: 80, rows: 24 };
  public readonly lines: string[] = [];

  public result(text: string): void {
    this.lines.push(text);
  }

  public info(text: string): void {
    this.lines.push(text);
  }

  public progress(): void {}

  public clearProgress(): void {}
}
