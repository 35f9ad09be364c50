import { join } from 'node:path';
import { readContent } from '../invoke/content';
import { payloadLimit } from '../invoke/payload-limit';
import type { PredictionRequest } from '../invoke/predictor';
import { UrlPredictor } from '../invoke/url-predictor';
import { ServingProcess } from '../local/serving-process';
import type { BenchRun } from './bench-run';
import { type Comparison, digits, measureInterleaved, median } from './comparison';

const REPETITIONS = 30;
const WARM_UP = 3;
/** The model's input: height, width, channels. */
const SHAPE = [128, 128, 3] as const;

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
    return compareExchanges(await measureInterleaved(variants, REPETITIONS));
  } finally {
    await serving.stop();
  }
}

function compareExchanges(measured: Record<'image' | 'floats', Exchange[]>): Comparison[] {
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
      what: 'prediction, throughput of image bytes against JSON of floats',
      ratio: floats.seconds / image.seconds,
      aim: { atLeast: 5 },
      detail: `${digits(1 / image.seconds)}/s against ${digits(1 / floats.seconds)}/s, one at a time`,
    },
  ];
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
