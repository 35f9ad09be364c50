import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { UserError } from '../../console/user-error';
import { type CommandResult, runCommand } from '../../python/process-group';
import type { EmulatorEvent, InventoryItem } from './emulator-event';
import type { Decisions } from './permissions';

const PROJECT_ROOT = resolve(__dirname, '../../..');

/** The CDK CLI of this project. */
export const CDK = [join(PROJECT_ROOT, 'node_modules/aws-cdk/bin/cdk')];

/** A command of this project, such as `invoke` for `npm run invoke`. */
export function projectCommand(name: string): readonly string[] {
  return ['-r', 'ts-node/register', join(PROJECT_ROOT, 'bin', `${name}.ts`)];
}

/** An in-memory AWS to start. */
export interface EmulatedAwsOptions {
  /** The interpreter with moto and the framework in it. */
  readonly python: string;
  /** The interpreters of images, by the image's repository and tag; null where their containers do not run here. @default - none */
  readonly pythons?: Readonly<Record<string, string | null>>;
  /** Final metrics of a job whose container does not run here. @default - none */
  readonly standInMetrics?: Readonly<Record<string, number>>;
  readonly region: string;
  /** Gets emulator.log, which is its own, and clients.log, of what its clients say. */
  readonly logDirectory: string;
  /**
   * How long a minute takes for alarms, schedules and wait conditions.
   * @default 60
   */
  readonly alarmSecondsPerMinute?: number;
  /** Called for everything that happens inside. */
  readonly onEvent: (event: EmulatorEvent) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Where the in-memory AWS tells what exists in it; `INVENTORY` of aws/server.py. */
const INVENTORY_PATH = '/_rehearsal/inventory';

/** Where it tells what roles were allowed and denied; `DECISIONS` of aws/server.py. */
const DECISIONS_PATH = '/_rehearsal/decisions';

/** What it says when it listens. */
interface Announcement {
  readonly url: string;
  /** A secret of the run: who does not sign with it is not answered. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** How long it may take to end before it is killed, in milliseconds: it gives its children 5 seconds. */
const STOP_GRACE = 15_000;

/**
 * An AWS in memory, as a process on loopback with a temporary folder of its own.
 * It ends with this process, however that ends: it listens to its standard input, which closes with us.
 */
export class EmulatedAws {
  /**
   * Starts one and waits until it listens.
   * @throws Error with its last words if it does not come up
   */
  public static async start(options: EmulatedAwsOptions): Promise<EmulatedAws> {
    options.signal.throwIfAborted();
    const directory = mkdtempSync(join(tmpdir(), 'rehearsal-'));
    rmSync(join(options.logDirectory, 'clients.log'), { force: true });
    const log = openSync(join(options.logDirectory, 'emulator.log'), 'w');
    const child = spawn(
      options.python,
      [
        join(__dirname, 'emulator.py'),
        ...['--state-dir', directory, '--exit-with-stdin'],
        ...['--pythons', JSON.stringify(options.pythons ?? {})],
        ...['--stand-in-metrics', JSON.stringify(options.standInMetrics ?? {})],
        ...['--alarm-seconds-per-minute', String(options.alarmSecondsPerMinute ?? 60)],
      ],
      // A terminal's Ctrl-C is for this process, which then ends the other in its own time.
      { stdio: ['pipe', 'pipe', log], detached: true },
    );
    closeSync(log);
    const aws = new EmulatedAws(child, directory, options);
    try {
      aws.announced = await aws.announcement();
    } catch (error) {
      await aws.stop();
      options.signal.throwIfAborted();
      throw error;
    }
    return aws;
  }

  private readonly ending = new AbortController();
  /** Aborts with a UserError as soon as the process is gone without having been told to end. */
  public readonly gone = this.ending.signal;
  /** Aborts when it is gone, and when it is told to end. */
  private readonly alive: AbortSignal;
  private readonly ended: Promise<unknown>;
  private announced!: Announcement;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly child: ChildProcess,
    /** Its folder, which goes with it. */
    private readonly directory: string,
    private readonly options: EmulatedAwsOptions,
  ) {
    this.alive = AbortSignal.any([options.signal, this.gone]);
    const stop = () => void this.stop();
    options.signal.addEventListener('abort', stop);
    this.ended = once(child, 'exit');
    child.once('exit', (code, signal) => {
      options.signal.removeEventListener('abort', stop);
      if (!this.stopping) {
        const how = signal ?? `exit code ${code}`;
        this.ending.abort(new UserError(`the in-memory AWS was ended from outside (${how})`));
      }
    });
    child.stdin!.on('error', () => {});
  }

  /** Such as http://localhost:35089. */
  public get url(): string {
    return this.announced.url;
  }

  /** Where the SDK's clients reach it, and what they sign with. */
  public get clientConfig() {
    const { accessKeyId, secretAccessKey } = this.announced;
    const { region } = this.options;
    return { endpoint: this.url, region, credentials: { accessKeyId, secretAccessKey } };
  }

  /** The variables by which the AWS SDKs, the AWS CLI and the CDK CLI reach it instead of AWS. */
  public get variables(): Record<string, string> {
    const { region } = this.options;
    return { ...this.announced.variables, AWS_REGION: region, AWS_DEFAULT_REGION: region };
  }

  /**
   * Runs a program of Node.js as a client of it, which ends with it and with this process.
   * Rejects with the signal's reason once that aborts and the program is gone.
   */
  public async run(program: readonly string[], ...commandArguments: string[]): Promise<CommandResult> {
    // The CDK CLI keeps caches there; what it learnt of the in-memory account is of no use to another.
    const home = join(this.directory, 'clients');
    mkdirSync(home, { recursive: true });
    const { python, logDirectory } = this.options;
    return runCommand({
      python,
      command: [process.execPath, ...program, ...commandArguments],
      cwd: PROJECT_ROOT,
      environment: {
        PATH: process.env.PATH ?? '',
        ...this.variables,
        HOME: home,
        TMPDIR: home,
        CDK_DISABLE_VERSION_CHECK: '1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        NODE_NO_WARNINGS: '1',
      },
      // A client of an AWS that is gone would try for minutes.
      signal: this.alive,
      onLine: (line) => appendFileSync(join(logDirectory, 'clients.log'), `${line}\n`),
    });
  }

  /** Everything that exists in it but for the stack of `cdk bootstrap`. */
  public async left(): Promise<InventoryItem[]> {
    return ((await this.ask(INVENTORY_PATH)) as { left: InventoryItem[] }).left;
  }

  /** Every decision on a role's call, and what the policies of all roles allow. */
  public async decisions(): Promise<Decisions> {
    return (await this.ask(DECISIONS_PATH)) as Decisions;
  }

  private async ask(path: string): Promise<unknown> {
    const request = get(`${this.url}${path}`, {
      // An agent of its own, since Node.js can make its global one use the environment's proxy.
      agent: new Agent(),
      headers: { authorization: `Bearer ${this.announced.accessKeyId}` },
      signal: this.alive,
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return json(response);
  }

  /** Ends it with everything that runs in it, and removes its folder. */
  public async stop(): Promise<void> {
    this.stopping ??= this.end();
    await this.stopping;
  }

  private async end(): Promise<void> {
    const kill = setTimeout(() => this.child.kill('SIGKILL'), STOP_GRACE);
    this.child.stdin!.end();
    await this.ended;
    clearTimeout(kill);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  private get log(): string {
    return join(this.options.logDirectory, 'emulator.log');
  }

  private async announcement(): Promise<Announcement> {
    const lines = createInterface({ input: this.child.stdout! });
    const first = once(lines, 'line') as Promise<[string]>;
    const announced = await Promise.race([first, this.ended.then(() => undefined)]);
    if (announced === undefined) {
      const said = readFileSync(this.log, 'utf8').trim().split('\n').slice(-5).join('\n');
      throw new Error(`the in-memory AWS did not start:\n${said}`);
    }
    lines.on('line', (line) => {
      const event = JSON.parse(line) as EmulatorEvent;
      if (event.type === 'fault') {
        this.ending.abort(new UserError(faultText(event, this.log)));
      }
      this.options.onEvent(event);
    });
    return JSON.parse(announced[0]) as Announcement;
  }
}

/** Why the in-memory AWS ends of itself. */
function faultText(
  { reason, error }: { readonly reason: string; readonly error: string | null },
  logFile: string,
): string {
  return error === 'ENOSPC' || error === 'EDQUOT'
    ? `the disk is full: the in-memory AWS could not write to ${tmpdir()}; make room, or name another folder by TMPDIR, and run again`
    : `the in-memory AWS failed: ${reason} (all that it said is in ${relative('', logFile)})`;
}
