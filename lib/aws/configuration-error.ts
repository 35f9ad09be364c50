import { printableLine } from './printable';

/** All that is wrong with a configuration, in one error; it shows as its message alone, since the place in our code tells its reader nothing. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly #problems: readonly string[];

  /** @param problems one line each: the prop as it was typed, the value, what is allowed */
  public constructor(subject: string, problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(
      `${count} in the configuration of ${subject}:\n${problems.map((problem) => `  - ${printableLine(problem)}`).join('\n')}`,
    );
    this.#problems = problems;
    this.stack = `${this.name}: ${this.message}`;
  }

  /** One line each. */
  public get problems(): readonly string[] {
    return this.#problems;
  }
}

/** Throws one ConfigurationError if there are problems. */
export function throwProblems(subject: string, problems: readonly string[]): void {
  if (problems.length > 0) {
    throw new ConfigurationError(subject, problems);
  }
}
