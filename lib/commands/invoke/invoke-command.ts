import { parseArgs } from 'node:util';
import { isImageFile } from './content';
import { EndpointPredictor } from './endpoint-predictor';
import { inputFiles } from './input-files';
import { latencyOf } from './latency';
import { REALTIME_PAYLOAD_LIMIT } from '../../names';
import { DEFAULT_CONCURRENCY, predictFiles, type PredictionResult } from './predict-files';
import type { Predictor } from './predictor';
import { UrlPredictor } from './url-predictor';
import type { Command } from '../../console/main';
import type { Terminal } from '../../console/terminal';
import { UsageError } from '../../console/user-error';

/** The endpoint that this project deploys. */
export interface DefaultEndpoint {
  readonly name: string;
  /** Largest request in bytes. */
  readonly payloadLimit: number;
}

/** What `invoke` was asked to do. */
export interface InvokeArguments {
  /** Files and folders. */
  readonly paths: readonly string[];
  readonly endpoint?: string;
  readonly url?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signatureName?: string;
  readonly outDirectory?: string;
  readonly concurrency: number;
  readonly json: boolean;
}

/** Where images go when nothing else is said. */
const DEFAULT_OUT_DIRECTORY = 'predictions';
const MAXIMUM_CONCURRENCY = 256;

const USAGE = `usage: npm run invoke -- FILE… [--endpoint NAME | --url URL] [--content-type T] [--accept T]
                         [--signature NAME] [--out DIR] [--concurrency N] [--json]

Predicts files, or the files of a folder, with this project's endpoint.
Images come back as NAME.mask.png and NAME.overlay.png; .json, .jsonl, .npy and .csv go as they are.

  --endpoint NAME     another endpoint of the account
  --url URL           a server instead: http://127.0.0.1:8080
  --content-type T    send the files' bytes as they are, under this MIME type
  --accept T          MIME type wanted back (application/json)
  --signature NAME    signature for images (serving_image)
  --out DIR           where results go (${DEFAULT_OUT_DIRECTORY}/; one data file's answer: standard output)
  --concurrency N     requests under way at once (${DEFAULT_CONCURRENCY})
  --json              results as JSON on standard output

examples:
  npm run invoke -- cat.jpg dog.png
  npm run invoke -- photographs --out masks --concurrency 8
  npm run invoke -- request.json --url http://127.0.0.1:8080`;

/** Reads the command line. @throws UsageError */
export function parseInvokeArguments(argv: string[]): InvokeArguments | 'help' {
  const { values, positionals } = parsed(argv);
  if (values.help) {
    return 'help';
  }
  const problems: string[] = [];
  if (positionals.length === 0) {
    problems.push('no FILE is named');
  }
  if (values.endpoint !== undefined && values.url !== undefined) {
    problems.push('--endpoint and --url exclude each other');
  }
  const concurrency = Number(values.concurrency ?? DEFAULT_CONCURRENCY);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAXIMUM_CONCURRENCY) {
    problems.push(
      `--concurrency "${values.concurrency}" must be a whole number from 1 to ${MAXIMUM_CONCURRENCY}`,
    );
  }
  for (const [option, value] of Object.entries(values)) {
    if (value === '') {
      problems.push(`--${option} has no value`);
    }
  }
  if (problems.length > 0) {
    throw new UsageError(`${problems.join('\n')}\n\n${USAGE}`);
  }
  return {
    paths: positionals,
    endpoint: values.endpoint,
    url: values.url,
    contentType: values['content-type'],
    accept: values.accept,
    signatureName: values.signature,
    outDirectory: values.out,
    concurrency,
    json: values.json ?? false,
  };
}

function parsed(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        endpoint: { type: 'string' },
        url: { type: 'string' },
        'content-type': { type: 'string' },
        accept: { type: 'string' },
        signature: { type: 'string' },
        out: { type: 'string' },
        concurrency: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/**
 * `npm run invoke`.
 * @param defaultEndpoint finds this project's endpoint; called only where no other is named
 */
export function invokeCommand(defaultEndpoint: () => Promise<DefaultEndpoint>): Command {
  return async (argv, { terminal, signal }) => {
    const options = parseInvokeArguments(argv);
    if (options === 'help') {
      terminal.result(USAGE);
      return 0;
    }
    const files = await inputFiles(options.paths);
    const { predictor, payloadLimit } = await choosePredictor(options, defaultEndpoint);
    const outDirectory =
      options.outDirectory ?? ((await isPrinted(files, options)) ? undefined : DEFAULT_OUT_DIRECTORY);
    const { concurrency, contentType, accept, signatureName } = options;
    const results = await predictFiles({
      files,
      predictor,
      payloadLimit,
      outDirectory,
      concurrency,
      contentType,
      accept,
      signatureName,
      terminal,
      signal,
    });
    showResults(results, predictor.target, options.json, terminal);
    return results.every(({ status }) => status === 'predicted') ? 0 : 1;
  };
}

async function choosePredictor(
  { endpoint, url }: InvokeArguments,
  defaultEndpoint: () => Promise<DefaultEndpoint>,
): Promise<{ predictor: Predictor; payloadLimit: number }> {
  if (url !== undefined) {
    // What a server stands for, nobody says here: what no endpoint takes is refused, as with --endpoint.
    return { predictor: new UrlPredictor(url), payloadLimit: REALTIME_PAYLOAD_LIMIT };
  }
  if (endpoint !== undefined) {
    // What kind of endpoint it is, only the service knows: the larger limit holds for all of them.
    return { predictor: new EndpointPredictor(endpoint), payloadLimit: REALTIME_PAYLOAD_LIMIT };
  }
  const { name, payloadLimit } = await defaultEndpoint();
  return { predictor: new EndpointPredictor(name), payloadLimit };
}

/** One file of data, and nothing said of where its answer goes: it is printed, as curl would. */
async function isPrinted(files: readonly string[], { json, contentType }: InvokeArguments): Promise<boolean> {
  const [file, ...others] = files;
  if (json || file === undefined || others.length > 0) {
    return false;
  }
  // A file that cannot be read fails later, with its name.
  return contentType !== undefined || !(await isImageFile(file).catch(() => false));
}

function showResults(
  results: readonly PredictionResult[],
  target: string,
  json: boolean,
  terminal: Terminal,
): void {
  const latency = latencyOf(results.flatMap(({ latencyMs }) => latencyMs ?? []));
  if (json) {
    terminal.result(JSON.stringify({ target, latencyMs: latency, results }, undefined, 2));
  } else {
    for (const result of results.filter(({ status }) => status === 'predicted')) {
      terminal.result(resultLine(result));
    }
  }
  for (const [message, files] of failures(results)) {
    terminal.info(`${named(files, results.length)}: ${message}`);
  }
  const predicted = results.filter(({ status }) => status === 'predicted').length;
  const timing = latency ? `; latency p50 ${latency.p50} ms, p95 ${latency.p95} ms` : '';
  terminal.info(`${predicted} of ${results.length} predicted by ${target}${timing}`);
}

/** Whom a message concerns: up to five files by name. */
function named(files: readonly string[], total: number): string {
  if (files.length === total && total > 5) {
    return `all ${total} files`;
  }
  return `${files.slice(0, 5).join(', ')}${files.length > 5 ? ` and ${files.length - 5} more` : ''}`;
}

function resultLine({
  file,
  prediction,
  predictionPath,
  overlayPath,
  classCounts,
}: PredictionResult): string {
  if (prediction !== undefined) {
    return prediction.trimEnd();
  }
  const pixels = Object.values(classCounts ?? {}).reduce((sum, count) => sum + count, 0);
  const shares = Object.entries(classCounts ?? {}).map(
    ([name, count]) => `${name} ${((100 * count) / pixels).toFixed(1)} %`,
  );
  return [
    `${file}:`,
    ...(shares.length > 0 ? [shares.join(', ')] : []),
    `→ ${overlayPath ?? predictionPath}`,
  ].join(' ');
}

/** The failed files by message, since a missing endpoint is one problem and not a hundred. */
function failures(results: readonly PredictionResult[]): Map<string, string[]> {
  const byMessage = new Map<string, string[]>();
  for (const { file, error } of results) {
    if (error !== undefined) {
      byMessage.set(error, [...(byMessage.get(error) ?? []), file]);
    }
  }
  return byMessage;
}
