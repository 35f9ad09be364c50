import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const PYTHON = resolve(__dirname, '../../../.venv/bin/python');

/** What the official toolkit gave to an entry point, or why it did not come so far. */
export interface OracleAnswer {
  readonly environment: Record<string, string>;
  readonly argv: string[];
  readonly cwd: string;
  readonly probe?: { environment: Record<string, string>; argv: string[]; cwd: string };
  readonly failure?: string;
  readonly error?: string;
}

/** The official toolkits, in one Python process that answers one question after the other. */
export class ToolkitOracle {
  /** Its /opt/ml. */
  public readonly baseDirectory = realpathSync(mkdtempSync(join(tmpdir(), 'toolkit-oracle-')));
  private readonly process: ChildProcess;
  private readonly waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  private log = '';

  public constructor() {
    this.process = spawn(PYTHON, [join(__dirname, 'toolkit_oracle.py'), this.baseDirectory], {
      stdio: 'pipe',
    });
    this.process.stderr!.on('data', (data) => (this.log = `${this.log}${data}`.slice(-2000)));
    createInterface({ input: this.process.stdout! }).on('line', (line) =>
      this.waiting.shift()!.resolve(JSON.parse(line)),
    );
    this.process.on('close', () => {
      for (const { reject } of this.waiting.splice(0)) {
        reject(new Error(`the oracle has ended: ${this.log}`));
      }
    });
  }

  public ask(question: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.process.stdin!.write(`${JSON.stringify(question)}\n`);
    });
  }

  public async end(): Promise<void> {
    const closed = new Promise((resolve) => this.process.on('close', resolve));
    this.process.stdin!.end();
    await closed;
    rmSync(this.baseDirectory, { recursive: true, force: true });
  }
}
