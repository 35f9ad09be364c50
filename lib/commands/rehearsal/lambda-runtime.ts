/**
 * Runs one invocation of a Node.js function bundle, as the Lambda runtime does: the handler's module from the function's
 * folder, a context, promise or callback, the result apart from the output.
 *
 * stdin: one line, an Invocation, then open as long as whoever started this lives.
 * File descriptor `output`: one line, `{"result"}` or `{"error": {"errorType", "errorMessage", "trace"}}`.
 */
import dns from 'node:dns';
import { existsSync, writeSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

interface Invocation {
  folder: string;
  handler: string;
  event: unknown;
  context: Record<string, string>;
  /** Milliseconds since the epoch. */
  deadline: number;
  /** The file descriptor that takes the result. */
  output: number;
}

/**
 * What AWS has and this machine has not. S3's virtual-hosted names (bucket.localhost) do not resolve everywhere. The
 * address that takes a custom resource's answer is one of https there, so CDK's own functions send to port 443 of its host.
 */
function redirectToEmulator(endpoint: URL): void {
  const lookup = dns.lookup as (...args: unknown[]) => void;
  const patched = {
    lookup: (hostname: string, ...rest: unknown[]): void =>
      lookup(hostname.endsWith('.localhost') ? 'localhost' : hostname, ...rest),
  };
  Object.assign(dns, patched);
  const secure = https.request as (...args: unknown[]) => http.ClientRequest;
  const request = (target: string | URL | https.RequestOptions, ...rest: unknown[]): http.ClientRequest => {
    const { hostname } = typeof target === 'string' ? new URL(target) : target;
    if (hostname !== endpoint.hostname) return secure(target, ...rest);
    const plain =
      typeof target === 'string' || target instanceof URL
        ? target.toString().replace(/^https:/, 'http:')
        : { ...target, protocol: 'http:', port: endpoint.port, agent: undefined };
    return (http.request as (...args: unknown[]) => http.ClientRequest)(plain, ...rest);
  };
  Object.assign(https, { request });
  syncBuiltinESMExports();
}

async function load(folder: string, handler: string): Promise<(...args: unknown[]) => unknown> {
  const dot = handler.lastIndexOf('.');
  const path = join(folder, handler.slice(0, dot));
  const esm = `${path}.mjs`;
  const module = (
    existsSync(esm) ? await import(pathToFileURL(esm).href) : createRequire(path)(path)
  ) as Record<string, (...args: unknown[]) => unknown>;
  const found = module[handler.slice(dot + 1)];
  if (typeof found !== 'function') throw new Error(`${handler} is undefined or not exported`);
  return found;
}

async function invoke(invocation: Invocation): Promise<unknown> {
  const handler = await load(invocation.folder, invocation.handler);
  const context = {
    ...invocation.context,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
  };
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, value: unknown): void => (error ? reject(error) : resolve(value));
    const returned = handler(invocation.event, context, callback);
    if (returned instanceof Promise) returned.then(resolve, reject);
  });
}

function report(outcome: object): void {
  writeSync(output, `${JSON.stringify(outcome)}\n`);
  process.exit(0);
}

function describe(error: unknown): object {
  const { name, message, stack } =
    error instanceof Error ? error : { name: 'Error', message: String(error), stack: '' };
  console.error(stack ?? message);
  return { error: { errorType: name, errorMessage: message, trace: (stack ?? '').split('\n') } };
}

let output: number;
redirectToEmulator(new URL(process.env.AWS_ENDPOINT_URL ?? ''));
process.on('uncaughtException', (error) => report(describe(error)));
process.on('unhandledRejection', (error) => report(describe(error)));
const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  // The parent is gone when its pipe closes: the whole group goes with it.
  lines.once('close', () => process.kill(-process.pid, 'SIGKILL'));
  const invocation = JSON.parse(line) as Invocation;
  output = invocation.output;
  invoke(invocation).then(
    (result) => report({ result: result ?? null }),
    (error: unknown) => report(describe(error)),
  );
});
