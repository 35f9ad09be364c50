import { createInterface } from 'node:readline/promises';

/** Asks a question that wants a yes. */
export type Confirm = (question: string, signal: AbortSignal) => Promise<boolean>;

/** Asks on the process's terminal, where "y" and "yes" are a yes; undefined where there is none. */
export function askOnTerminal(): Confirm | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    return undefined;
  }
  return async (question, signal) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    // Ctrl-C reaches the terminal and not the process while it is asked.
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    try {
      return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
    } finally {
      terminal.close();
    }
  };
}
