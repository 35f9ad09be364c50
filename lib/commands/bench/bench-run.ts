import type { Terminal } from '../../console/terminal';

/** What the measurements share. */
export interface BenchRun {
  /** The directory of cdk.json. */
  readonly root: string;
  /** A directory for what they write; it is removed after them. */
  readonly scratch: string;
  /** The interpreter with the framework in it. */
  readonly python: string;
  readonly terminal: Terminal;
  /** Ends what they start. */
  readonly signal: AbortSignal;
}
