import { execFileSync, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const PYTHON = resolve(__dirname, '../../../.venv/bin/python');
const SCRIPT = resolve(__dirname, '../botocore_oracle.py');

/** A shape of botocore's service model. */
export interface Shape {
  readonly kind: string;
  readonly limits: { readonly min?: number; readonly max?: number };
  readonly required?: string[];
  readonly members?: Record<string, Shape>;
  readonly member?: Shape;
  readonly key?: Shape;
}

/** The input of CreateTrainingJob in botocore's service model. */
export function createTrainingJobShape(): Shape {
  return JSON.parse(execFileSync(PYTHON, [SCRIPT, '--shape'], { encoding: 'utf8' }));
}

/** A Python process that validates requests as boto3 would before it sends them. */
export class BotocoreOracle {
  private readonly process = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  private readonly answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();

  /** What botocore finds wrong with a request; empty when nothing. */
  public async problems(request: unknown): Promise<string> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done) {
      throw new Error('the botocore process has ended');
    }
    return JSON.parse(value).problems;
  }

  public async stop(): Promise<void> {
    const ended = new Promise((settle) => this.process.once('close', settle));
    this.process.stdin.end();
    await ended;
  }
}
