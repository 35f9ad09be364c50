import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { predictFiles, type PredictFilesOptions } from '../../../lib/commands/invoke/predict-files';
import {
  PredictionError,
  type PredictionRequest,
  type PredictionResponse,
  type Predictor,
} from '../../../lib/commands/invoke/predictor';
import { RecordingTerminal } from '../../console/recording-terminal';
import { maskPng, pixels, stripes } from './images';

type Answer = (request: PredictionRequest, count: number, signal: AbortSignal) => Promise<PredictionResponse>;

/** A model in memory, which knows how many requests it had at once. */
class FakePredictor implements Predictor {
  readonly target = 'the fake';
  count = 0;
  underWay = 0;
  mostUnderWay = 0;
  constructor(private readonly answer: Answer) {}

  async predict(request: PredictionRequest, signal: AbortSignal): Promise<PredictionResponse> {
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      return await this.answer(request, ++this.count, signal);
    } finally {
      this.underWay--;
    }
  }
}

const json = (value: unknown): PredictionResponse => ({
  body: Buffer.from(JSON.stringify(value)),
  contentType: 'application/json',
});
const echo: Answer = async ({ body }) => ({ body, contentType: 'application/json' });

let directory: string;
let out: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'predict-'));
  out = join(directory, 'out');
});
afterEach(() => rm(directory, { recursive: true }));

async function files(count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, at) => join(directory, `${at}.json`));
  await Promise.all(paths.map((path, at) => writeFile(path, String(at))));
  return paths;
}

function run(answer: Answer, options: Partial<PredictFilesOptions> & Pick<PredictFilesOptions, 'files'>) {
  const predictor = new FakePredictor(answer);
  const terminal = new RecordingTerminal();
  const { signal } = new AbortController();
  return {
    predictor,
    terminal,
    results: predictFiles({ predictor, terminal, signal, outDirectory: out, ...options }),
  };
}

test('an image comes back as a mask and an overlay of its own size', async () => {
  const photograph = join(directory, 'cat.jpg');
  await writeFile(photograph, await stripes(6, 4, 'jpeg'));
  const b64 = (await maskPng(2, 2, [0, 1, 2, 2])).toString('base64');
  const [result] = await run(async () => json({ predictions: [{ b64 }] }), { files: [photograph] }).results;
  expect(result).toEqual({
    file: photograph,
    status: 'predicted',
    latencyMs: expect.any(Number),
    requestBytes: expect.any(Number),
    responseBytes: JSON.stringify({ predictions: [{ b64 }] }).length,
    maskPath: join(out, 'cat.mask.png'),
    overlayPath: join(out, 'cat.overlay.png'),
    classCounts: { object: 6, background: 6, outline: 12 },
    width: 6,
    height: 4,
  });
  const { width, height, values } = await pixels(result!.maskPath!);
  expect([width, height, ...values.slice(0, 6)]).toEqual([6, 4, 0, 0, 0, 1, 1, 1]);
  expect((await readdir(out)).toSorted()).toEqual(['cat.mask.png', 'cat.overlay.png']);
});

test('an answer that is no mask is written as it came', async () => {
  const photograph = join(directory, 'cat.png');
  await writeFile(photograph, await stripes(2, 2));
  const [result] = await run(async () => json({ predictions: [[0.9]] }), { files: [photograph] }).results;
  expect(result!.predictionPath).toBe(join(out, 'cat.prediction.json'));
  expect(await readFile(result!.predictionPath!, 'utf8')).toBe('{"predictions":[[0.9]]}');
});

test('results keep the order of the files while answers come in another, with no more under way than allowed', async () => {
  const paths = await files(23);
  let thirdArrived = () => {};
  const allowed = new Promise<void>((resolve) => (thirdArrived = resolve));
  const { predictor, results } = run(
    async (request, count) => {
      if (count === 3) {
        thirdArrived();
      }
      await allowed;
      for (let turn = 0; turn < (count * 7) % 5; turn++) {
        await new Promise(setImmediate);
      }
      return echo(request, count, new AbortController().signal);
    },
    { files: paths, concurrency: 3 },
  );
  const finished = await results;
  expect(finished.map(({ file }) => file)).toEqual(paths);
  const contents = await Promise.all(finished.map(({ predictionPath }) => readFile(predictionPath!, 'utf8')));
  expect(contents).toEqual(paths.map((_, at) => String(at)));
  expect(predictor.mostUnderWay).toBe(3);
});

test('files that fail are told, and the others go on', async () => {
  const paths = [...(await files(3)), join(directory, 'missing.json'), join(directory, 'what.txt')];
  await writeFile(paths[4]!, 'x');
  const answer: Answer = async (request, count, signal) => {
    if (Buffer.from(request.body).toString() === '1') {
      throw new PredictionError('the model answered 400: no');
    }
    return echo(request, count, signal);
  };
  const { terminal, results } = run(answer, { files: paths });
  const finished = await results;
  expect(finished.map(({ status }) => status)).toEqual([
    'predicted',
    'failed',
    'predicted',
    'failed',
    'failed',
  ]);
  expect(finished[1]).toEqual({ file: paths[1], status: 'failed', error: 'the model answered 400: no' });
  expect(finished[3]!.error).toBe('no such file');
  expect(finished[4]!.error).toContain('--content-type');
  expect(terminal.progresses).toHaveLength(5);
  expect(terminal.progresses.at(-1)).toMatch(/5\/5, 3 failed$/);
  expect((await readdir(out)).toSorted()).toEqual(['0.prediction.json', '2.prediction.json']);
});

test('a failure that holds for all files is met once', async () => {
  const paths = await files(10);
  const { predictor, results } = run(
    async () => {
      throw new PredictionError('no endpoint', 'never', true);
    },
    { files: paths, concurrency: 2 },
  );
  const finished = await results;
  expect(predictor.count).toBe(2);
  expect(finished.map(({ status }) => status)).toEqual([
    ...['failed', 'failed'],
    ...Array.from({ length: 8 }, () => 'not-sent'),
  ]);
  expect(new Set(finished.map(({ error }) => error))).toEqual(new Set(['no endpoint']));
});

test('a throttled request is sent again', async () => {
  const { predictor, results } = run(
    async (request, count, signal) => {
      if (count === 1) {
        throw new PredictionError('throttled', 'patiently');
      }
      return echo(request, count, signal);
    },
    { files: await files(1) },
  );
  expect((await results)[0]!.status).toBe('predicted');
  expect(predictor.count).toBe(2);
});

test('an abort cancels what is under way, sends no more and is thrown', async () => {
  const abortion = new AbortController();
  const reason = new Error('interrupted');
  const { predictor, results } = run(
    (_, count, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        if (count === 2) {
          abortion.abort(reason);
        }
      }),
    { files: await files(9), concurrency: 2, signal: abortion.signal },
  );
  await expect(results).rejects.toBe(reason);
  expect(predictor.count).toBe(2);
  expect(predictor.underWay).toBe(0);
});

test('an error of the program is thrown, not told as a file’s', async () => {
  const { results } = run(
    async () => {
      throw new TypeError('x is not a function');
    },
    { files: await files(2) },
  );
  await expect(results).rejects.toThrow(TypeError);
});

test('inputs of one name in two folders keep their own results', async () => {
  const paths = [join(directory, 'a', 'x.json'), join(directory, 'b', 'x.json')];
  for (const path of paths) {
    await mkdir(join(path, '..'));
    await writeFile(path, path);
  }
  const finished = await run(echo, { files: paths }).results;
  const contents = await Promise.all(finished.map(({ predictionPath }) => readFile(predictionPath!, 'utf8')));
  expect(contents).toEqual(paths);
});

test('fails rather than replace an input', async () => {
  const inputs = [join(directory, 'x.json'), join(directory, 'x.prediction.json')];
  await Promise.all(inputs.map((input) => writeFile(input, '1')));
  const [result] = await run(async () => json('answer'), { files: inputs, outDirectory: directory }).results;
  expect(result!.error).toContain(`the result would replace the input ${inputs[1]}`);
  expect(await readFile(inputs[1]!, 'utf8')).toBe('1');
});

test('without a folder an answer comes as text; one that is no text fails', async () => {
  const paths = await files(2);
  const { results } = run(
    async ({ body }, _, signal) =>
      Buffer.from(body).toString() === '0'
        ? echo({ body, contentType: '', accept: '' }, 1, signal)
        : { body: Buffer.from([255, 254]), contentType: 'application/x-npy' },
    { files: paths, outDirectory: undefined },
  );
  const [text, binary] = await results;
  expect(text!.prediction).toBe('0');
  expect(binary!.error).toBe('the answer is application/x-npy, not text: write it with --out DIR');
});
