import { join } from 'node:path';
import { readContent } from '../invoke/content';
import { payloadLimit } from '../invoke/payload-limit';
import type { PredictionRequest } from '../invoke/predictor';
import { UrlPredictor } from '../invoke/url-predictor';
import { ServingProcess } from '../local/serving-process';
import { compare, type Comparison, digits, measureInterleaved } from './comparison';
import { type BenchRun, measureCommand } from './measured-command';

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
    const { request: asBytes } = await readContent(photograph, {});
    const asFloats = floatRequest();
    const variants = {
      image: () => exchange(predictor, asBytes, run.signal),
      floats: () => exchange(predictor, asFloats, run.signal),
    };
    // The first predictions of a signature compile its graph.
    await measureInterleaved(variants, WARM_UP);
    const { image, floats } = await measureInterleaved(variants, REPETITIONS);
    const loads: number[] = [];
    for (const connections of CONNECTIONS) {
      loads.push(await throughput(variants.image, connections));
    }
    const forward = await measureForwardPass(run, modelDirectory);
    const each = CONNECTIONS.map((connections, at) => `${digits(loads[at]!)}/s at ${connections}`).join(', ');
    return [
      compare(
        'prediction, bytes there and back of JSON of floats against image bytes',
        floats.kilobytes,
        image.kilobytes,
        'kB',
        { atLeast: 30 },
      ),
      compare(
        'prediction, time of one photograph end to end against the forward pass alone',
        image.milliseconds,
        forward.seconds * 1000,
        'ms',
        { atMost: 1.3 },
      ),
      compare(
        'prediction, time beyond the forward pass, of image bytes against JSON of floats',
        image.milliseconds - forward.seconds * 1000,
        floats.milliseconds - forward.seconds * 1000,
        'ms',
        { atMost: 0.1 },
      ),
      {
        what: 'prediction, photographs a second at best against forward passes a second',
        ratio: Math.max(...loads) / forward.perSecond,
        detail: `${each} connections, none failed, against ${digits(forward.perSecond)}/s`,
      },
    ];
  } finally {
    await serving.stop();
  }
}

/** What the model alone takes, without a server. */
async function measureForwardPass(run: BenchRun, modelDirectory: string): Promise<ForwardPass> {
  const script = join(__dirname, 'forward_pass.py');
  const command = [run.python, script, modelDirectory, String(REPETITIONS), String(CONCURRENCY)];
  const { stdout } = await measureCommand(run, command, run.scratch, { TF_CPP_MIN_LOG_LEVEL: '2' });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as ForwardPass;
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

/** What a person sends who has read the framework's own examples: `{"instances": […]}`, every pixel a number. */
function floatRequest(): PredictionRequest {
  const [height, width, channels] = SHAPE;
  const image = Array.from({ length: height }, () =>
    Array.from({ length: width }, () => Array.from({ length: channels }, () => Math.random())),
  );
  const json = 'application/json';
  return { body: Buffer.from(JSON.stringify({ instances: [image] })), contentType: json, accept: json };
}

/** One request, until the answer is parsed; and how much went there and back. */
async function exchange(predictor: UrlPredictor, request: PredictionRequest, signal: AbortSignal) {
  const started = performance.now();
  const { body } = await predictor.predict(request, signal);
  JSON.parse(new TextDecoder().decode(body));
  const milliseconds = performance.now() - started;
  return { milliseconds, kilobytes: (request.body.length + body.length) / 1000 };
}
