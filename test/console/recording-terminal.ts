import type { Terminal } from '../../lib/console/terminal';

/** Keeps what a command writes. */
export class RecordingTerminal implements Terminal {
  readonly interactive = false;
  readonly size = { columns: 80, rows: 24 };
  readonly results: string[] = [];
  readonly infos: string[] = [];
  readonly progresses: string[] = [];

  result(text: string): void {
    this.results.push(text);
  }
  info(text: string): void {
    this.infos.push(text);
  }
  progress(text: string): void {
    this.progresses.push(text);
  }
  clearProgress(): void {}
}
