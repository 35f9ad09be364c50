import { join, resolve } from 'node:path';
import type { Terminal } from '../../console/terminal';
import { UserError } from '../../console/user-error';
import { answerExtension, readContent, type ContentSettings } from './content';
import { drawMask, maskIn } from './mask';
import { outputNames, writeWhole } from './output-files';
import { PredictionError, type PredictionResponse, type Predictor } from './predictor';
import { withRetries } from './retry';

/** What became of one file. */
export interface PredictionResult {
  readonly file: string;
  /** `not-sent`: an earlier failure, whose message this carries, would have met this file too. */
  readonly status: 'predicted' | 'failed' | 'not-sent';
  /** From sending the request, the successful one where it was retried, to the last byte of the answer. */
  readonly latencyMs?: number;
  readonly requestBytes?: number;
  readonly responseBytes?: number;
  /** PNG of class indices at the photograph's size. */
  readonly maskPath?: string;
  /** PNG of the photograph with the classes in colour. */
  readonly overlayPath?: string;
  /** The answer as it came, where it is not a mask. */
  readonly predictionPath?: string;
  /** The answer as text, where it is not a mask and there is no folder to write to. */
  readonly prediction?: string;
  /** Pixels of the mask by class name. */
  readonly classCounts?: Readonly<Record<string, number>>;
  /** Pixels of the upright photograph. */
  readonly width?: number;
  /** Pixels of the upright photograph. */
  readonly height?: number;
  /** What failed, for a person. */
  readonly error?: string;
}

/** What to predict, by whom, and where the results go. */
export interface PredictFilesOptions extends ContentSettings {
  readonly files: readonly string[];
  readonly predictor: Predictor;
  /** Folder for masks, overlays and answers; made when the first is written. @default - nothing is written */
  readonly outDirectory?: string;
  /** Most requests under way at once. @default 4 */
  readonly concurrency?: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Requests under way at once, where nothing else is said. */
export const DEFAULT_CONCURRENCY = 4;

/**
 * Predicts each file. A file that fails does not stop the others, unless the reason holds for all of them (no endpoint, no credentials).
 * @returns the results in the order of the files
 * @throws the signal's reason when it aborts; requests under way are then cancelled
 */
export async function predictFiles(options: PredictFilesOptions): Promise<PredictionResult[]> {
  const { files, terminal, signal } = options;
  const names = outputNames(files);
  const results = Array.from<PredictionResult>({ length: files.length });
  let next = 0;
  let done = 0;
  let failed = 0;
  let reasonForAll: string | undefined;

  const work = async () => {
    while (next < files.length && !signal.aborted) {
      const index = next++;
      const file = files[index]!;
      if (reasonForAll !== undefined) {
        results[index] = { file, status: 'not-sent', error: reasonForAll };
        continue;
      }
      try {
        results[index] = await predictFile(file, names[index]!, options);
      } catch (error) {
        signal.throwIfAborted();
        results[index] = { file, status: 'failed', error: failureMessage(error) };
        reasonForAll ??= error instanceof PredictionError && error.affectsAll ? error.message : undefined;
        failed++;
      }
      done++;
      if (files.length > 1) {
        terminal.progress(progressLine(done, files.length, failed));
      }
    }
  };

  const workers = Math.min(options.concurrency ?? DEFAULT_CONCURRENCY, files.length);
  // Settled, not all: whoever catches the error can rely on nothing being written any more.
  const outcomes = await Promise.allSettled(Array.from({ length: workers }, work));
  terminal.clearProgress();
  signal.throwIfAborted();
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
  return results;
}

async function predictFile(
  file: string,
  name: string,
  options: PredictFilesOptions,
): Promise<PredictionResult> {
  const { predictor, signal, outDirectory } = options;
  const { request, photograph } = await readContent(file, options);
  const { response, latencyMs } = await withRetries(async () => {
    const start = performance.now();
    const response = await predictor.predict(request, signal);
    return { response, latencyMs: Math.round((performance.now() - start) * 10) / 10 };
  }, signal);
  const result: PredictionResult = {
    file,
    status: 'predicted',
    latencyMs,
    requestBytes: request.body.byteLength,
    responseBytes: response.body.byteLength,
    ...(photograph && { width: photograph.width, height: photograph.height }),
  };

  const mask = photograph && maskIn(response.body);
  if (!mask) {
    if (outDirectory === undefined) {
      return { ...result, prediction: responseText(response) };
    }
    const predictionPath = join(outDirectory, `${name}.prediction${answerExtension(response.contentType)}`);
    await writeOutput(predictionPath, response.body, options.files);
    return { ...result, predictionPath };
  }
  const drawn = await drawMask(mask, photograph);
  signal.throwIfAborted();
  if (outDirectory === undefined) {
    return { ...result, classCounts: drawn.classCounts };
  }
  const maskPath = join(outDirectory, `${name}.mask.png`);
  const overlayPath = join(outDirectory, `${name}.overlay.png`);
  await writeOutput(maskPath, drawn.mask, options.files);
  await writeOutput(overlayPath, drawn.overlay, options.files);
  return { ...result, maskPath, overlayPath, classCounts: drawn.classCounts };
}

/** Writes a result, unless a file of that name is an input of this run. */
async function writeOutput(path: string, data: Uint8Array, inputs: readonly string[]): Promise<void> {
  if (inputs.some((input) => resolve(input) === resolve(path))) {
    throw new UserError(`the result would replace the input ${path}: choose another folder with --out`);
  }
  await writeWhole(path, data);
}

function responseText({ body, contentType }: PredictionResponse): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new UserError(
      `the answer is ${contentType ?? 'of an unknown type'}, not text: write it with --out DIR`,
    );
  }
}

/** The message of an expected error, or of one that the system gave for this file; other errors are faults of this program. */
function failureMessage(error: unknown): string {
  if (error instanceof UserError) {
    return error.message;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return 'no such file';
  }
  if (code === undefined) {
    throw error;
  }
  return message;
}

function progressLine(done: number, total: number, failed: number): string {
  const width = 24;
  const filled = Math.round((done / total) * width);
  const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
  return `predicting ${bar} ${done}/${total}${failed > 0 ? `, ${failed} failed` : ''}`;
}
