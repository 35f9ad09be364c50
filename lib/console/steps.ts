import type { Terminal } from './terminal';

/** The longest name of a step that lines up with the others. */
const NAME_WIDTH = 11;

/** Steps of a long command: each is told with what it did and how long it took. */
export class Steps {
  /** Seconds by step, in their order. */
  public readonly durations: Record<string, number> = {};

  public constructor(private readonly terminal: Terminal) {}

  /**
   * Runs a step and tells of it; one that throws is told as failed.
   * @param outcome what the step did, in a few words
   */
  public async run<T>(name: string, work: () => Promise<T>, outcome: (result: T) => string): Promise<T> {
    const started = Date.now();
    this.terminal.progress(name);
    try {
      const result = await work();
      this.tell(name, started, outcome(result));
      return result;
    } catch (error) {
      this.tell(name, started, 'failed');
      throw error;
    }
  }

  private tell(name: string, started: number, outcome: string): void {
    const seconds = (Date.now() - started) / 1000;
    this.durations[name] = seconds;
    this.terminal.info(`${name.padEnd(NAME_WIDTH)} ${seconds.toFixed(0).padStart(4)} s  ${outcome}`);
  }
}
