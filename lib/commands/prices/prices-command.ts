// `npm run prices`: fills lib/cost/price-table.json from AWS's public price list, and says what changed.

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeChanges, refreshRegion, renderPrices } from '../../cost/price-changes';
import { parsePriceList, type ParsedPriceList } from '../../cost/price-list';
import type { Prices } from '../../cost/prices';
import { CommandLine } from '../../console/command-line';
import { regionProblems } from '../../console/region';
import type { Command } from '../../console/main';
import { UserError } from '../../console/user-error';

/** The line of `npm run prices`. */
const pricesLine = new CommandLine({
  name: 'npm run prices',
  summary: `Refreshes lib/cost/price-table.json from AWS's public price list of Amazon SageMaker. No credentials are needed.`,
  options: {
    region: {
      type: 'string',
      multiple: true,
      value: 'REGION',
      description: 'a region to read, again for more (default: the regions that the file has)',
    },
  },
  examples: ['npm run prices', 'npm run prices -- --region eu-west-1 --region us-east-1'],
  read: ({ region }, _words, problems): readonly string[] => {
    problems.push(...regionProblems(region));
    return [...new Set(region)];
  },
});

/** Where the command reads and writes. */
export interface PricesCommandProps {
  /** Origin of the price lists. */
  readonly origin: string;
  /** The price table to refresh. */
  readonly file: string;
}

/** A region's list is a few megabytes: what is far larger is not one. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The command for another origin or file. */
export function createPricesCommand({ origin, file }: PricesCommandProps): Command {
  return pricesLine.command(async (asked, { terminal, signal }) => {
    let prices = JSON.parse(await readFile(file, 'utf8')) as Prices;
    const report: string[] = [];
    for (const region of asked.length > 0 ? asked : Object.keys(prices)) {
      terminal.progress(`reading the price list of ${region}`);
      const { date, tables, conflicts } = await readPriceList(origin, region, signal);
      const before = prices[region];
      const after = refreshRegion(before, tables);
      prices = { ...prices, [region]: after };
      const changes = describeChanges(before, after);
      report.push(`${region}, published ${date}: ${changes.length === 0 ? 'no price changed' : 'changed'}`);
      report.push(...changes.map((change) => `  ${change}`));
      for (const conflict of conflicts) {
        terminal.info(`${region}: the list has two prices of ${conflict}, so it is left unknown`);
      }
    }
    terminal.clearProgress();
    await replaceFile(file, renderPrices(prices));
    terminal.result(report.join('\n'));
    return 0;
  });
}

/** `npm run prices`. */
export const pricesCommand: Command = createPricesCommand({
  origin: 'https://pricing.us-east-1.amazonaws.com',
  file: join(__dirname, '..', '..', 'cost', 'price-table.json'),
});

async function readPriceList(origin: string, region: string, signal: AbortSignal): Promise<ParsedPriceList> {
  const url = `${origin}/offers/v1.0/aws/AmazonSageMaker/current/${region}/index.json`;
  const parsed = parseDocument(await download(url, region, signal), url);
  if (Object.keys(parsed.tables).length === 0) {
    throw new UserError(
      `the price list at ${url} has no SageMaker prices in USD; lib/cost/price-table.json is unchanged`,
    );
  }
  return parsed;
}

function parseDocument(text: string, url: string): ParsedPriceList {
  try {
    return parsePriceList(JSON.parse(text), url);
  } catch (error) {
    throw new UserError(`cannot read the price list at ${url}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function download(url: string, region: string, signal: AbortSignal): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    throw unreachable(url, error);
  }
  // AWS answers 403 for a list that does not exist.
  if (response.status === 403 || response.status === 404) {
    await response.body?.cancel();
    throw new UserError(
      `AWS has no SageMaker price list for region ${region} (HTTP ${response.status} at ${url})`,
    );
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new UserError(`cannot read the price list at ${url}: HTTP ${response.status}; try again later`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) {
        throw new UserError(`what ${url} sends is more than ${MAX_BYTES} bytes: it is no price list`);
      }
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreachable(url, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(url: string, error: unknown): UserError {
  const cause = (error as Error).cause;
  const reason = cause instanceof Error ? cause.message : (error as Error).message;
  return new UserError(`cannot reach the price list at ${url}: ${reason}`, { cause: error });
}

/** Replaces a file in one step: an interrupted command leaves the old one whole. */
async function replaceFile(file: string, content: string): Promise<void> {
  const next = `${file}.${process.pid}`;
  try {
    await writeFile(next, content);
    await rename(next, file);
  } finally {
    await rm(next, { force: true });
  }
}
