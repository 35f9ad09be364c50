import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A run of `cdk deploy`. */
export interface CdkDeployProps {
  /** The project's directory, whose CDK CLI runs. */
  readonly root: string;
  /** The cloud assembly. */
  readonly assembly: string;
  /** The stacks to deploy; all without it. */
  readonly stackNames: readonly string[] | undefined;
  /** Gets all that the CLI says. */
  readonly logFile: string;
  readonly onLine: (line: string) => void;
  /** Ends the CLI: what CloudFormation has begun, it goes on with. */
  readonly signal: AbortSignal;
}

/** Runs `cdk deploy` without its own questions; gives its exit code once it has ended. */
export async function cdkDeploy(props: CdkDeployProps): Promise<number> {
  const { root, assembly, stackNames, logFile, onLine, signal } = props;
  const log = createWriteStream(logFile);
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/aws-cdk/bin/cdk'),
      'deploy',
      ...(stackNames ?? ['--all']),
      ...['--app', assembly, '--require-approval', 'never', '--progress', 'events'],
      ...['--no-color', '--no-notices'],
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // The version is this project's.
      env: { ...process.env, CDK_DISABLE_VERSION_CHECK: '1' },
    },
  );
  const end = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      onLine(line);
    });
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? 1;
  } finally {
    signal.removeEventListener('abort', end);
    log.end();
  }
}
