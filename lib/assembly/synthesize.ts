import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { type AssemblyStack, readCloudAssembly } from './cloud-assembly';
import { NO_ASSET_FILES } from '../aws/directory-contents';
import { saidFileErrorText } from '../console/file-errors';
import { UserError } from '../console/user-error';

/** The region that stands for the unknown one, unless the environment names one as the AWS CLI would read it. */
export function assumedRegion(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
}

/** Context of a synthesis whose templates alone are read: otherwise each would copy the datasets. Templates name assets by their contents, wherever these lie. */
export const NO_FILES = { [DISABLE_ASSET_STAGING_CONTEXT]: true, [NO_ASSET_FILES]: true };

/** An app that fails, with what it said. */
export class SynthesisError extends UserError {}

/** A synthesized app. */
export interface SynthesizedApp {
  /** The cloud assembly's directory. */
  readonly directory: string;
  readonly stacks: readonly AssemblyStack[];
}

/**
 * Synthesizes a CDK app as the CDK CLI does: runs the `app` command of cdk.json with the context of cdk.json and cdk.context.json.
 * The CLI itself would take longer to start than the app takes.
 * @param root the directory of cdk.json
 * @param output the directory for the cloud assembly; what was in it goes
 * @param changes context of this synthesis alone
 * @throws SynthesisError
 */
export async function synthesizeApp(
  root: string,
  output: string,
  signal?: AbortSignal,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<SynthesizedApp> {
  signal?.throwIfAborted();
  const { app, context } = readJson(join(root, 'cdk.json')) as {
    app: string;
    context?: Record<string, unknown>;
  };
  const found = join(root, 'cdk.context.json');
  rmSync(output, { recursive: true, force: true });
  const child = spawn(app, {
    cwd: root,
    shell: true,
    // A group of its own: a signal to the shell alone would leave the app running.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // What is read here is a template, not a verdict on it, and the CDK's validation takes longer than the rest. A caller may ask for it.
      CDK_VALIDATION: 'false',
      ...process.env,
      PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify({
        ...(existsSync(found) ? (readJson(found) as object) : {}),
        ...context,
        ...changes,
        // As the CDK CLI does: without the paths, nobody knows a resource by its logical id.
        'aws:cdk:enable-path-metadata': true,
      }),
    },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGTERM');
    } catch {
      // It has ended, which Node may not have noticed; or it never began.
    }
  };
  signal?.addEventListener('abort', end, { once: true });
  // Resolves when the app has ended, after an abort too: until then it may write its output.
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  }).finally(() => signal?.removeEventListener('abort', end));
  signal?.throwIfAborted();
  if (code !== 0) {
    throw new SynthesisError(`synthesis failed (${app}):\n${saidFileErrorText(said, output) ?? said.trim()}`);
  }
  return { directory: output, stacks: readCloudAssembly(output) };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
