import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { predictFiles, type PredictionResult } from '../../../lib/commands/invoke/predict-files';
import { UrlPredictor } from '../../../lib/commands/invoke/url-predictor';
import { ServingProcess } from '../../../lib/commands/local/serving-process';
import { REALTIME_PAYLOAD_LIMIT } from '../../../lib/names';
import { RecordingTerminal } from '../../console/recording-terminal';

const ROOT = resolve(__dirname, '../../..');
const PYTHON = join(ROOT, '.venv/bin/python');
const FILES = 1000;

/** Doubles numbers. */
const MAKE_MODEL = `
import sys
import tensorflow as tf
module = tf.Module()
module.serve = tf.function(lambda x: {"y": x * 2}, input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
tf.saved_model.save(module, sys.argv[1] + "/1", signatures=module.serve)
`;

let folder: string;
let files: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-'));
  execFileSync(PYTHON, ['-c', MAKE_MODEL, join(folder, 'model')], { stdio: 'pipe' });
  mkdirSync(join(folder, 'in'));
  files = Array.from({ length: FILES }, (_, at) => {
    const file = join(folder, 'in', `${String(at).padStart(4, '0')}.json`);
    writeFileSync(file, JSON.stringify({ instances: [at] }));
    return file;
  });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function serve(port?: number): Promise<ServingProcess> {
  return ServingProcess.start({
    python: PYTHON,
    modelDirectory: join(folder, 'model'),
    environment: {},
    payloadLimit: REALTIME_PAYLOAD_LIMIT,
    port,
    signal: new AbortController().signal,
  });
}

/** Predicts all files; `during` gets the number of those that are done, each time one is. */
async function predictAll(
  url: string,
  during: (done: number) => void = () => {},
): Promise<PredictionResult[]> {
  const terminal = new RecordingTerminal();
  terminal.progress = (text) => during(Number(/ (\d+)\//.exec(text)?.[1]));
  return predictFiles({
    files,
    predictor: new UrlPredictor(url),
    outDirectory: join(folder, 'out'),
    concurrency: 8,
    terminal,
    signal: new AbortController().signal,
  });
}

/** The prediction of a file that has one. */
function answerOf({ predictionPath }: PredictionResult): unknown {
  return (JSON.parse(readFileSync(predictionPath!, 'utf8')) as { predictions: unknown[] }).predictions[0];
}

test('a thousand files are predicted in their order', async () => {
  const serving = await serve();
  const results = await predictAll(serving.url);
  await serving.stop();
  expect(results.map(({ file }) => file)).toEqual(files);
  expect(results.map(answerOf)).toEqual(files.map((_, at) => 2 * at));
}, 300_000);

test('a server that is killed midway is told file by file', async () => {
  const serving = await serve();
  const ended = serving.ended().catch((error: Error) => error.message);
  const results = await predictAll(serving.url, (done) => done === FILES / 2 && killServer());
  expect(await ended).toContain('it was killed by SIGKILL');
  const predicted = results.filter(({ status }) => status === 'predicted');
  expect(predicted.length).toBeGreaterThanOrEqual(FILES / 2);
  expect(predicted.length).toBeLessThan(FILES);
  expect(predicted.map(answerOf)).toEqual(predicted.map(({ file }) => 2 * files.indexOf(file)));
  const others = results.filter(({ status }) => status !== 'predicted');
  for (const { error } of others) {
    expect(error).toMatch(/nothing listens at|ended the connection|cannot be reached/);
  }
  expect(predicted.length + others.length).toBe(FILES);
}, 300_000);

test('a server that is started anew meanwhile predicts all files', async () => {
  const first = await serve();
  const port = Number(new URL(first.url).port);
  let next: Promise<ServingProcess> | undefined;
  const results = await predictAll(first.url, (done) => {
    if (done >= FILES / 2 && !next) {
      next = first.stop().then(() => serve(port));
    }
  });
  await (await next!).stop();
  expect(results.filter(({ status }) => status !== 'predicted')).toEqual([]);
  expect(results.map(answerOf)).toEqual(files.map((_, at) => 2 * at));
}, 300_000);

/** What a server holds, in bytes, when it has had so many requests of this body, eight at a time; and how many it had a second. */
async function resident(url: string, body: string, requests: number, status: number) {
  const started = performance.now();
  let begun = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (begun++ < requests) {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${url}/invocations`, { method: 'POST', headers, body });
        await response.arrayBuffer();
        expect(response.status).toBe(status);
      }
    }),
  );
  const perSecond = (requests * 1000) / (performance.now() - started);
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${serverPid()}/status`, 'utf8'))![1];
  return { bytes: Number(kilobytes) * 1024, perSecond };
}

const NUMBERS = [...Array(1000).keys()];

test.each([
  ['answered', NUMBERS, 200],
  ['refused', [NUMBERS, 'none'], 400],
])(
  'thousands of requests that are %s leave nothing in the server',
  async (_how, instances, status) => {
    const body = JSON.stringify({ instances });
    const serving = await serve();
    const first = await resident(serving.url, body, 500, status);
    const { bytes, perSecond } = await resident(serving.url, body, 3000, status);
    await serving.stop();
    // The bodies are 11 MB.
    expect(bytes - first.bytes).toBeLessThan(5_000_000);
    expect(perSecond).toBeGreaterThan(50);
  },
  300_000,
);

function serverPid(): number {
  return Number(execFileSync('pgrep', ['-f', `server.py --model-dir ${folder}`], { encoding: 'utf8' }));
}

function killServer(): void {
  process.kill(serverPid(), 'SIGKILL');
}
