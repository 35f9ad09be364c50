// `npm run prices`: fills lib/cost/price-table.json from AWS's public price list, and says what changed.

import { readFile, writeFile } from 'node:fs/promises';
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
    await writeFile(file, renderPrices(prices));
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
  const text = await download(url, region, signal);
  let parsed: ParsedPriceList;
  try {
    parsed = parsePriceList(JSON.parse(text), url);
  } catch (error) {
    throw new UserError(`cannot read the price list at ${url}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (Object.keys(parsed.tables).length === 0) {
    throw new UserError(
      `the price list at ${url} has no SageMaker prices in USD; lib/cost/price-table.json is unchanged`,
    );
  }
  return parsed;
}

async function download(url: string, region: string, signal: AbortSignal): Promise<string> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, { signal });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const { cause = error } = error as Error;
    throw new UserError(`cannot reach the price list at ${url}: ${(cause as Error).message}`, {
      cause: error,
    });
  }
  // AWS answers 403 for a list that does not exist.
  if (status === 403 || status === 404) {
    throw new UserError(`AWS has no SageMaker price list for region ${region} (HTTP ${status} at ${url})`);
  }
  if (status !== 200) {
    throw new UserError(`cannot read the price list at ${url}: HTTP ${status}; try again later`);
  }
  return text;
}
