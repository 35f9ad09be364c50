import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../console/user-error';

/** A server of a model on this machine. */
export interface ServingOptions {
  /** The interpreter with the framework in it. */
  readonly python: string;
  /** The unpacked model artifact. */
  readonly modelDirectory: string;
  /** The container's environment, such as SAGEMAKER_TFS_DEFAULT_MODEL_NAME. */
  readonly environment: Readonly<Record<string, string>>;
  /** The serving container's image, whose rules hold. @default - the newest of TensorFlow */
  readonly image?: string;
  /** The script with handlers. @default - what the archive's own `code` has */
  readonly codeDirectory?: string;
  /** Gets what its requirements.txt names. @default - nothing is installed */
  readonly environmentDirectory?: string;
  /** Largest request in bytes. */
  readonly payloadLimit: number;
  /** @default - one that is free */
  readonly port?: number;
  /** Ends the server. */
  readonly signal: AbortSignal;
}

/** How long a server may take to end before it is killed, in milliseconds. */
const STOP_GRACE = 5_000;

/**
 * The serving container's stand-in as a process on loopback. It ends with this process, however that ends:
 * it listens to its standard input, which closes with us.
 */
export class ServingProcess {
  /**
   * Starts a server and waits until it answers.
   * @throws UserError with its own last words if the model does not load
   */
  public static async start(options: ServingOptions): Promise<ServingProcess> {
    const child = spawn(
      options.python,
      [
        join(__dirname, 'server.py'),
        '--model-dir',
        options.modelDirectory,
        '--port',
        String(options.port ?? 0),
        '--payload-limit',
        String(options.payloadLimit),
        ...(options.image ? ['--image', options.image] : []),
        ...(options.codeDirectory ? ['--code-dir', options.codeDirectory] : []),
        ...(options.environmentDirectory ? ['--environment-dir', options.environmentDirectory] : []),
        '--exit-with-stdin',
      ],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        // A terminal's Ctrl-C is for this process, which then ends the server in its own time.
        detached: true,
        env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...options.environment },
      },
    );
    const serving = new ServingProcess(child);
    const stop = () => void serving.stop();
    options.signal.addEventListener('abort', stop);
    child.once('exit', () => options.signal.removeEventListener('abort', stop));
    serving.announced = await serving.announcement();
    return serving;
  }

  private readonly closed: Promise<void>;
  private stopping = false;
  private announced = '';
  private said: string[] = [];

  private constructor(private readonly child: ChildProcess) {
    this.closed = new Promise((done) => child.once('close', () => done()));
    createInterface({ input: child.stderr! }).on('line', (line) => {
      this.said = [...this.said, line].slice(-20);
    });
  }

  /** Where it listens, such as `http://127.0.0.1:8080`. */
  public get url(): string {
    return this.announced;
  }

  /**
   * Waits until the server has ended.
   * @throws UserError where nobody here asked it to: it failed, or was killed, as the system does when memory is short
   */
  public async ended(): Promise<void> {
    await this.closed;
    if (!this.stopping) {
      const { signalCode, exitCode } = this.child;
      const how = signalCode ? `it was killed by ${signalCode}` : `exit code ${exitCode}`;
      throw new UserError(`the server ended by itself: ${how}`);
    }
  }

  /** Ends the server and waits until it has ended. */
  public async stop(): Promise<void> {
    this.stopping = true;
    this.child.stdin?.end();
    this.child.kill('SIGTERM');
    const killing = setTimeout(() => this.child.kill('SIGKILL'), STOP_GRACE);
    await this.closed;
    clearTimeout(killing);
  }

  private async announcement(): Promise<string> {
    const lines = createInterface({ input: this.child.stdout! });
    const line = await Promise.race([
      once(lines, 'line').then(([first]) => first as string),
      this.closed.then(() => undefined),
    ]);
    if (line === undefined) {
      throw new UserError(
        `the model cannot be served: ${this.said.at(-1)?.replace(/^error: /, '') ?? 'the server ended without a word'}`,
      );
    }
    return (JSON.parse(line) as { url: string }).url;
  }
}
