import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..', '..');
const PYTHON = join(ROOT, '.venv', 'bin', 'python');

/** Whether a line is one call of `aws`, with nothing that a shell would do but take quotes off. */
const isBare = (line: string) => /^aws [^$|;&<>`*]*$/.test(line);

/** Lines in their order, those beside each other that are bare together, and those that are not. */
function shellsAndBare(lines: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && isBare(last[0]!) === isBare(line)) {
      last.push(line);
    } else {
      groups.push([line]);
    }
  }
  return groups;
}

/** A thing that exists in the in-memory AWS. */
export interface InventoryEntry {
  readonly service: string;
  readonly region: string;
  readonly type: string;
  readonly name: string;
}

/** What the in-memory AWS says of itself when it listens. */
interface Announced {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The in-memory AWS as a child process. */
export class Emulator {
  private constructor(
    private readonly announced: Announced,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Starts one and waits until it listens. */
  public static async start(): Promise<Emulator> {
    const directory = await mkdtemp(join(tmpdir(), 'leftovers-test-'));
    const child = spawn(
      PYTHON,
      ['lib/commands/rehearsal/emulator.py', '--state-dir', join(directory, 'state'), '--exit-with-stdin'],
      { cwd: ROOT, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    await writeFile(join(directory, 'aws'), `#!/bin/sh\nexec ${PYTHON} ${__dirname}/aws_cli.py "$@"\n`);
    await chmod(join(directory, 'aws'), 0o755);
    return new Emulator(JSON.parse(first) as Announced, child, directory);
  }

  /** What an SDK needs to reach it. */
  public get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.announced.url,
      AWS_ENDPOINT_URL_S3: this.announced.url,
      AWS_ACCESS_KEY_ID: this.announced.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.announced.secretAccessKey,
      AWS_REGION: 'us-east-1',
    };
  }

  /** Everything in it, as it knows itself. */
  public async inventory(): Promise<InventoryEntry[]> {
    const answer = await fetch(`${this.announced.url}/_rehearsal/inventory`, {
      headers: { Authorization: `Bearer ${this.announced.accessKeyId}` },
    });
    return ((await answer.json()) as { left: InventoryEntry[] }).left;
  }

  /** Runs shell commands, a line each, in which `aws` reaches it. */
  public async shell(commands: readonly string[]): Promise<void> {
    const environment = { ...process.env, ...this.environment };
    const env = { ...environment, PATH: `${this.directory}:${process.env.PATH}` };
    for (const lines of shellsAndBare(commands)) {
      // What only calls `aws` needs no shell, and one process for many: each takes half a second to start.
      const [program, ...line] = isBare(lines[0]!)
        ? [PYTHON, join(__dirname, 'aws_cli.py')]
        : ['/bin/sh', '-e'];
      const running = promisify(execFile)(program!, line, { cwd: ROOT, env });
      running.child.stdin!.end(lines.join('\n'));
      await running;
    }
  }

  public async stop(): Promise<void> {
    this.child.stdin!.end();
    if (this.child.exitCode === null) {
      await once(this.child, 'exit');
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}
