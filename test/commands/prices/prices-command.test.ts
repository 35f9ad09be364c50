import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPricesCommand } from '../../../lib/commands/prices/prices-command';
import { RecordingTerminal } from '../../console/recording-terminal';
import { UsageError, UserError } from '../../../lib/console/user-error';
import { renderPrices } from '../../../lib/cost/price-changes';
import { PRICES } from '../../../lib/cost/prices';
import { priceListDocument } from '../../cost/price-list-document';

const PATH = '/offers/v1.0/aws/AmazonSageMaker/current';
const list = (usd: string) =>
  JSON.stringify(priceListDocument([{ usagetype: 'USE1-Train:ml.m5.xlarge', unit: 'Hrs', usd }]));

let directory: string;
let file: string;
let server: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prices-'));
  file = join(directory, 'prices.json');
  const table = (prices: Record<string, number>) => ({ date: '2025', source: 'before', prices });
  const before = {
    'us-east-1': {
      training: table({ 'ml.m5.xlarge': 0.2, 'ml.old.large': 1 }),
      hosting: table({ 'ml.m5.xlarge': 0.2 }),
      kms: table({ keyMonth: 1 }),
    },
  };
  await writeFile(file, renderPrices(before));
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  await rm(directory, { recursive: true });
});

/** Runs the command against a server that gives these documents by path, and 403 for the rest as AWS does. */
async function run(argv: string[], documents: Record<string, string>, listener?: RequestListener) {
  server = createServer(
    listener ??
      ((request, response) => {
        const document = documents[request.url ?? ''];
        response.writeHead(document === undefined ? 403 : 200).end(document ?? 'Access Denied');
      }),
  );
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const terminal = new RecordingTerminal();
  const command = createPricesCommand({ origin: `http://127.0.0.1:${port}`, file });
  const code = await command(argv, { terminal, signal: new AbortController().signal });
  return { code, ...terminal };
}

test('refreshes the regions of the file, says what changed, and keeps the tables of other services', async () => {
  const { code, results } = await run([], { [`${PATH}/us-east-1/index.json`]: list('0.2300000000') });
  expect(code).toBe(0);
  expect(results.join('\n').split('\n')).toEqual([
    'us-east-1, published 2026-09-24: changed',
    '  hosting ml.m5.xlarge: $0.20 → no longer listed',
    '  training ml.m5.xlarge: $0.20 → $0.23',
    '  training ml.old.large: $1 → no longer listed',
  ]);
  const written = JSON.parse(await readFile(file, 'utf8')) as typeof PRICES;
  expect(written).toEqual({
    'us-east-1': {
      kms: { date: '2025', source: 'before', prices: { keyMonth: 1 } },
      training: {
        date: '2026-09-24',
        source: expect.stringMatching(/^http:.*\/us-east-1\/index\.json$/) as string,
        prices: { 'ml.m5.xlarge': 0.23 },
      },
    },
  });
  expect(await readdir(directory)).toEqual(['prices.json']);
});

test('adds a region, and does not touch the others', async () => {
  const before = JSON.parse(await readFile(file, 'utf8')) as typeof PRICES;
  const documents = { [`${PATH}/eu-west-1/index.json`]: list('0.256') };
  const { results } = await run(['--region', 'eu-west-1', '--region', 'eu-west-1'], documents);
  expect(results).toEqual(['eu-west-1, published 2026-09-24: changed\n  training: 1 price added']);
  const written = JSON.parse(await readFile(file, 'utf8')) as typeof PRICES;
  expect(Object.keys(written)).toEqual(['eu-west-1', 'us-east-1']);
  expect(written['us-east-1']).toEqual(before['us-east-1']);
});

test('writes the same bytes for the same prices', async () => {
  const forward = { b: { kms: { source: 's', date: 'd', prices: { y: 1, x: 2 } } }, a: {} };
  const backward = { a: {}, b: { kms: { prices: { x: 2, y: 1 }, date: 'd', source: 's' } } };
  expect(renderPrices(forward)).toBe(renderPrices(backward));
  const repository = join(__dirname, '..', '..', '..', 'lib', 'cost', 'price-table.json');
  expect(await readFile(repository, 'utf8')).toBe(renderPrices(PRICES));
});

describe('leaves the file as it was and fails', () => {
  const truncated: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{');
    setImmediate(() => response.destroy());
  };
  const broken: RequestListener = (_, response) => void response.writeHead(503).end();
  test.each<[string, string[], Record<string, string>, RequestListener | undefined, string]>([
    [
      'for a region that AWS does not know',
      ['--region', 'eu-north-9'],
      {},
      undefined,
      'no SageMaker price list for region eu-north-9 (HTTP 403',
    ],
    [
      'for something that is no price list',
      [],
      { [`${PATH}/us-east-1/index.json`]: '{}' },
      undefined,
      'cannot read the price list',
    ],
    [
      'for something that is no JSON',
      [],
      { [`${PATH}/us-east-1/index.json`]: '<html>' },
      undefined,
      'cannot read the price list',
    ],
    [
      'for a list without prices',
      [],
      { [`${PATH}/us-east-1/index.json`]: JSON.stringify(priceListDocument([])) },
      undefined,
      'has no SageMaker prices in USD',
    ],
    ['for a list that breaks off', [], {}, truncated, 'cannot reach the price list'],
    ['for a server in trouble', [], {}, broken, 'HTTP 503; try again later'],
    [
      'for the second of two regions',
      ['--region', 'us-east-1', '--region', 'eu-west-9'],
      { [`${PATH}/us-east-1/index.json`]: list('9') },
      undefined,
      'eu-west-9',
    ],
  ])('%s', async (_, argv, documents, listener, message) => {
    const before = await readFile(file, 'utf8');
    const failure = run(argv, documents, listener);
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(message);
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await readdir(directory)).toEqual(['prices.json']);
  });
});

test('says which prices the list contradicts itself on', async () => {
  const document = priceListDocument([
    { usagetype: 'USE1-Train:ml.m5.xlarge', unit: 'Hrs', usd: '0.23' },
    { usagetype: 'USE1-Host:ml.m5.xlarge', unit: 'Hrs', usd: '0.23' },
    { usagetype: 'USE1-Host:ml.m5.xlarge', unit: 'Hrs', usd: '0.24' },
  ]);
  const { infos } = await run([], { [`${PATH}/us-east-1/index.json`]: JSON.stringify(document) });
  expect(infos).toEqual([
    'us-east-1: the list has two prices of hosting ml.m5.xlarge, so it is left unknown',
  ]);
});

test('prints its usage', async () => {
  const { code, results } = await run(['--help'], {});
  expect(code).toBe(0);
  expect(results[0]).toMatch(/^usage: npm run prices/);
});

test.each([[['--regions', 'eu-west-1']], [['eu-west-1']], [['--region', '../../etc']], [['--region', '']]])(
  'fails for the arguments %j',
  async (argv) => {
    await expect(run(argv, {})).rejects.toThrow(UsageError);
  },
);
