import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CommandResult, runCommand } from '../../python/process-group';
import type { EmulatedAws } from './emulated-aws';

const PROJECT_ROOT = resolve(__dirname, '../../..');

/** The CDK CLI of this project. */
export const CDK = [join(PROJECT_ROOT, 'node_modules/aws-cdk/bin/cdk')];

/** A command of this project, such as `invoke` for `npm run invoke`. */
export function projectCommand(name: string): readonly string[] {
  return ['-r', 'ts-node/register', join(PROJECT_ROOT, 'bin', `${name}.ts`)];
}

/** Clients of the in-memory AWS: each a process of its own that ends with this one. */
export class Clients {
  /** @param logFile gets all that they print */
  public constructor(
    private readonly aws: EmulatedAws,
    private readonly python: string,
    private readonly logFile: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Runs a program of Node.js to its end. Rejects with the signal's reason once that aborts and the program is gone. */
  public async run(program: readonly string[], ...commandArguments: string[]): Promise<CommandResult> {
    mkdirSync(this.aws.scratchDirectory, { recursive: true });
    return runCommand({
      python: this.python,
      command: [process.execPath, ...program, ...commandArguments],
      cwd: PROJECT_ROOT,
      environment: {
        PATH: process.env.PATH ?? '',
        ...this.aws.variables,
        // The CDK CLI keeps caches there; what it learnt of the in-memory account is of no use to another.
        HOME: this.aws.scratchDirectory,
        TMPDIR: this.aws.scratchDirectory,
        CDK_DISABLE_VERSION_CHECK: '1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        NODE_NO_WARNINGS: '1',
      },
      signal: this.signal,
      onLine: (line) => appendFileSync(this.logFile, `${line}\n`),
    });
  }
}
