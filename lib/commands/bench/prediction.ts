import { join } from 'node:path';
import { readContent } from '../invoke/content';
import { payloadLimit } from '../invoke/payload-limit';
import type { PredictionRequest } from '../invoke/predictor';
import { UrlPredictor } from '../invoke/url-predictor';
import { ServingProcess } from '../local/serving-process';
import type { BenchRun } from './bench-run';
import { type Comparison, digits, measureInterleaved, median } from './comparison';
import { measureCommand } from './measured-command';

const REPETITIONS = 30;
const WARM_UP = 3;
/** The model's input: height, width, channels. */
const SHAPE = [128, 128, 3] as const;

/** Forward passes at once, where the most a second are asked for. */
const CONCURRENCY = 4;

/** Connections under load: one, and many more than there are processors. */
const CONNECTIONS = [1, CONCURRENCY, 64] as const;
/** Photographs for each of the loads. */
const LOAD = 192;

/** What forward_pass.py prints. */
interface ForwardPass {
  readonly seconds: number;
  readonly perSecond: number;
}

/** One prediction, there and back. */
interface Exchange {
  readonly seconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** A photograph as its bytes, a mask back, against an image as JSON of floats, logits back: the same server and model. */
export async function comparePrediction(run: BenchRun, modelDirectory: string): Promise<Comparison[]> {
  const serving = await ServingProcess.start({
    python: run.python,
    modelDirectory,
    environment: {},
    payloadLimit: payloadLimit(undefined),
    signal: run.signal,
  });
  try {
    run.terminal.progress('predicting');
    const predictor = new UrlPredictor(serving.url);
    const photograph = join(run.root, 'training', 'data', 'sample', 'original', 'animal_01.jpg');
    const { request: image } = await readContent(photograph, {});
    const floats = floatRequest();
    const variants = {
      image: () => exchange(predictor, image, run.signal),
      floats: () => exchange(predictor, floats, run.signal),
    };
    // The first predictions of a signature compile its graph.
    await measureInterleaved(variants, WARM_UP);
    const measured = await measureInterleaved(variants, REPETITIONS);
    const loads: Load[] = [];
    for (const connections of CONNECTIONS) {
      const perSecond = await throughput(() => exchange(predictor, image, run.signal), connections);
      loads.push({ connections, perSecond });
    }
    return compareExchanges(measured, await measureForwardPass(run, modelDirectory), loads);
  } finally {
    await serving.stop();
  }
}

/** What the model alone takes, without a server; its process ends before anything else is measured. */
async function measureForwardPass(run: BenchRun, modelDirectory: string): Promise<ForwardPass> {
  const script = join(__dirname, 'forward_pass.py');
  const { stdout } = await measureCommand(
    run,
    [run.python, script, modelDirectory, String(REPETITIONS), String(CONCURRENCY)],
    run.scratch,
    { TF_CPP_MIN_LOG_LEVEL: '2' },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as ForwardPass;
}

/** Photographs a second, so many at once. */
interface Load {
  readonly connections: number;
  readonly perSecond: number;
}

/** Predictions a second over so many connections; one that fails is thrown. */
async function throughput(predict: () => Promise<unknown>, connections: number): Promise<number> {
  const started = performance.now();
  let begun = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (begun++ < LOAD) {
        await predict();
      }
    }),
  );
  return (LOAD * 1000) / (performance.now() - started);
}

function compareExchanges(
  measured: Record<'image' | 'floats', Exchange[]>,
  forward: ForwardPass,
  loads: readonly Load[],
): Comparison[] {
  const [image, floats] = [measured.image, measured.floats].map((exchanges) => ({
    seconds: median(exchanges.map(({ seconds }) => seconds)),
    request: median(exchanges.map(({ requestBytes }) => requestBytes)),
    response: median(exchanges.map(({ responseBytes }) => responseBytes)),
  })) as [
    Record<'seconds' | 'request' | 'response', number>,
    Record<'seconds' | 'request' | 'response', number>,
  ];
  const kilobytes = (bytes: number) => `${digits(bytes / 1000)} kB`;
  return [
    {
      what: 'prediction, bytes of JSON of floats against image bytes',
      ratio: (floats.request + floats.response) / (image.request + image.response),
      aim: { atLeast: 30 },
      detail:
        `${kilobytes(floats.request)} there and ${kilobytes(floats.response)} back ` +
        `against ${kilobytes(image.request)} and ${kilobytes(image.response)}`,
    },
    {
      what: 'prediction, time of one photograph end to end against the forward pass alone',
      ratio: image.seconds / forward.seconds,
      aim: { atMost: 1.3 },
      detail: `${milliseconds(image.seconds)} against ${milliseconds(forward.seconds)}`,
    },
    {
      what: 'prediction, time beyond the forward pass, of image bytes against JSON of floats',
      ratio: (image.seconds - forward.seconds) / (floats.seconds - forward.seconds),
      aim: { atMost: 0.1 },
      detail: `${milliseconds(image.seconds - forward.seconds)} against ${milliseconds(floats.seconds - forward.seconds)}`,
    },
    {
      what: 'prediction, photographs a second at best against forward passes a second',
      ratio: Math.max(...loads.map(({ perSecond }) => perSecond)) / forward.perSecond,
      detail: `${loads.map(({ connections, perSecond }) => `${digits(perSecond)}/s at ${connections}`).join(', ')} connections, none failed, against ${digits(forward.perSecond)}/s`,
    },
  ];
}

function milliseconds(seconds: number): string {
  return `${digits(seconds * 1000)} ms`;
}

/** What a person sends who has read the framework's own examples: `{"instances": […]}`, every pixel a number. */
function floatRequest(): PredictionRequest {
  const [height, width, channels] = SHAPE;
  const image = Array.from({ length: height }, () =>
    Array.from({ length: width }, () => Array.from({ length: channels }, () => Math.random())),
  );
  const json = 'application/json';
  return { body: Buffer.from(JSON.stringify({ instances: [image] })), contentType: json, accept: json };
}

/** One request, until the answer is parsed. */
async function exchange(
  predictor: UrlPredictor,
  request: PredictionRequest,
  signal: AbortSignal,
): Promise<Exchange> {
  const started = performance.now();
  const { body } = await predictor.predict(request, signal);
  JSON.parse(new TextDecoder().decode(body));
  return {
    seconds: (performance.now() - started) / 1000,
    requestBytes: request.body.length,
    responseBytes: body.length,
  };
}
