// `npm run invoke`: files in, predictions out, from an endpoint or from a server's URL. What a file becomes, what an answer
// becomes, what a failure means and when to try again stand apart from who is asked (predictor.ts); the local run predicts by
// the same code.

import type { DeclaredProjectReader } from '../../assembly/declared-app';
import { CommandLine, PROJECT_OPTION } from '../../console/command-line';
import { asynchronousEndpointMessage } from './asynchronous-endpoint';
import { isImageFile } from './content';
import { EndpointPredictor } from './endpoint-predictor';
import { inputFiles } from './input-files';
import { latencyOf, predictionSummary } from './latency';
import { REALTIME_PAYLOAD_LIMIT, stackName } from '../../names';
import { payloadLimit } from './payload-limit';
import { DEFAULT_CONCURRENCY, predictFiles, type PredictionResult } from './predict-files';
import type { Predictor } from './predictor';
import { UrlPredictor } from './url-predictor';
import type { Command } from '../../console/main';
import type { Terminal } from '../../console/terminal';
import { printableName } from '../../aws/printable';
import { UserError } from '../../console/user-error';

/** Where images go when nothing else is said. */
const DEFAULT_OUT_DIRECTORY = 'predictions';
const MAXIMUM_CONCURRENCY = 256;

/** The line of `npm run invoke`. */
export const invokeLine = new CommandLine({
  name: 'npm run invoke',
  words: { usage: 'FILE…' },
  summary: `Predicts files, or the files of a folder, with this project's endpoint.
Images come back as NAME.mask.png and NAME.overlay.png; .json, .jsonl, .npy, .csv and .libsvm go as they are.`,
  options: {
    endpoint: { type: 'string', value: 'NAME', description: 'another endpoint of the account' },
    url: { type: 'string', value: 'URL', description: 'a server instead: http://127.0.0.1:8080' },
    ...PROJECT_OPTION,
    'content-type': {
      type: 'string',
      value: 'T',
      description: "send the files' bytes as they are, under this MIME type",
    },
    accept: { type: 'string', value: 'T', description: 'MIME type wanted back (application/json)' },
    signature: { type: 'string', value: 'NAME', description: 'signature for images (serving_image)' },
    out: {
      type: 'string',
      value: 'DIR',
      description: `where results go (${DEFAULT_OUT_DIRECTORY}/; one data file's answer: standard output)`,
    },
    concurrency: {
      type: 'string',
      value: 'N',
      description: `requests under way at once (${DEFAULT_CONCURRENCY})`,
    },
    json: { type: 'boolean', description: 'results as JSON on standard output' },
  },
  examples: [
    'npm run invoke -- cat.jpg dog.png',
    'npm run invoke -- photographs --out masks --concurrency 8',
    'npm run invoke -- request.json --url http://127.0.0.1:8080',
  ],
  read: (values, paths, problems) => {
    if (paths.length === 0) {
      problems.push('no FILE is named');
    }
    const { endpoint, url, project } = values;
    const targets = Object.entries({ endpoint, url, project }).filter(([, value]) => value !== undefined);
    if (targets.length > 1) {
      problems.push(`${targets.map(([option]) => `--${option}`).join(' and ')} exclude each other`);
    }
    const concurrency = Number(values.concurrency ?? DEFAULT_CONCURRENCY);
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAXIMUM_CONCURRENCY) {
      problems.push(
        `--concurrency "${values.concurrency}" must be a whole number from 1 to ${MAXIMUM_CONCURRENCY}`,
      );
    }
    return {
      paths,
      endpoint,
      url,
      projectName: project,
      contentType: values['content-type'],
      accept: values.accept,
      signatureName: values.signature,
      outDirectory: values.out,
      concurrency,
      json: values.json,
    };
  },
});

/** What the command was asked to do. */
type InvokeArguments = Exclude<ReturnType<typeof invokeLine.parse>, 'help'>;

/**
 * `npm run invoke`.
 * @param declaredProject reads the project in bin/app.ts; called only where no endpoint or server is named
 */
export function invokeCommand(declaredProject: DeclaredProjectReader): Command {
  return invokeLine.command(async (options, { terminal, signal }) => {
    const files = await inputFiles(options.paths);
    const target = await choosePredictor(options, declaredProject, signal);
    const outDirectory =
      options.outDirectory ?? ((await isPrinted(files, options)) ? undefined : DEFAULT_OUT_DIRECTORY);
    const results = await predictFiles({ ...options, ...target, files, outDirectory, terminal, signal });
    showResults(results, target.predictor.target, options.json, terminal);
    return results.every(({ status }) => status === 'predicted') ? 0 : 1;
  });
}

async function choosePredictor(
  { endpoint, url, projectName }: InvokeArguments,
  declaredProject: DeclaredProjectReader,
  signal: AbortSignal,
): Promise<{ predictor: Predictor; payloadLimit: number }> {
  if (url !== undefined) {
    // What a server stands for, nobody says here: what no endpoint takes is refused, as with --endpoint.
    return { predictor: new UrlPredictor(url), payloadLimit: REALTIME_PAYLOAD_LIMIT };
  }
  if (endpoint !== undefined) {
    // What kind of endpoint it is, only the service knows: the larger limit holds for all of them.
    return { predictor: new EndpointPredictor(endpoint), payloadLimit: REALTIME_PAYLOAD_LIMIT };
  }
  const { name, endpoint: declared } = await declaredProject(projectName, signal);
  if (!declared) {
    throw new UserError(
      `bin/app.ts declares no endpoint of ${name}: give it hosting, or name an endpoint with --endpoint or --url`,
    );
  }
  if (declared.asynchronous) {
    throw new UserError(asynchronousEndpointMessage(declared.endpointName, stackName(name, 'workspace')));
  }
  return {
    predictor: new EndpointPredictor(declared.endpointName),
    payloadLimit: payloadLimit(declared),
  };
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
  if (json) {
    terminal.result(JSON.stringify({ target, latencyMs: latencyOf(results), results }, undefined, 2));
  } else {
    for (const result of results.filter(({ status }) => status === 'predicted')) {
      terminal.result(resultLine(result));
    }
  }
  for (const [message, files] of failures(results)) {
    terminal.info(`${named(files, results.length)}: ${message}`);
  }
  terminal.info(predictionSummary(results, target));
}

/** Whom a message concerns: up to five files by name. */
function named(files: readonly string[], total: number): string {
  if (files.length === total && total > 5) {
    return `all ${total} files`;
  }
  return `${files.slice(0, 5).map(printableName).join(', ')}${files.length > 5 ? ` and ${files.length - 5} more` : ''}`;
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
    `${printableName(file)}:`,
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
