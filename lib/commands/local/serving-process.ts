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
    const { image, codeDirectory, environmentDirectory, signal } = options;
    const program = [
      join(__dirname, 'server.py'),
      ...['--model-dir', options.modelDirectory],
      ...['--port', String(options.port ?? 0)],
      ...['--payload-limit', String(options.payloadLimit)],
      ...(image ? ['--image', image] : []),
      ...(codeDirectory ? ['--code-dir', codeDirectory] : []),
      ...(environmentDirectory ? ['--environment-dir', environmentDirectory] : []),
      '--exit-with-stdin',
    ];
    const child = spawn(options.python, program, {
      // A terminal's Ctrl-C is for this process, which then ends the server in its own time.
      detached: true,
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...options.environment },
    });
    const closed = once(child, 'close');
    let lastLine = 'the server ended without a word';
    createInterface({ input: child.stderr }).on('line', (line) => (lastLine = line.replace(/^error: /, '')));
    const serving = new ServingProcess(child, closed);
    const stop = () => void serving.stop();
    signal.addEventListener('abort', stop);
    child.once('exit', () => signal.removeEventListener('abort', stop));
    const announced = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
    const first = await Promise.race([announced, closed.then(() => undefined)]);
    if (first === undefined) {
      throw new UserError(`the model cannot be served: ${lastLine}`);
    }
    serving.url = (JSON.parse(first[0]) as { url: string }).url;
    return serving;
  }

  /** Where it listens, such as `http://127.0.0.1:8080`. */
  public url = '';
  private stopping = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly closed: Promise<unknown>,
  ) {}

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
}
