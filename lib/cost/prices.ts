// Not prices.json: Node resolves ./prices to a .json before a .ts.
import bundled from './price-table.json';

/** One table of prices: what it prices by key, in USD, with where and when the numbers were read. */
export interface PriceTable {
  /** Publication date of the source: an ISO date, or a year where the source gives no more. */
  readonly date: string;
  /** Where the numbers come from. */
  readonly source: string;
  /** USD per the unit of the table (see PriceTableName). */
  readonly prices: Readonly<Record<string, number>>;
}

/**
 * The tables of a region, with their key and their unit:
 * training, hosting, asyncInference, notebook: instance type, per instance and hour;
 * volume: training, hosting or notebook, per GB and month;
 * serverless: memory in MB, per second of a call;
 * provisionedConcurrency: memory in MB, per second of one unit of concurrency kept warm;
 * endpointData: in or out, per GB;
 * s3, cloudWatch, kms, lambda: the unit is in the key.
 */
export type PriceTableName =
  | 'training'
  | 'hosting'
  | 'asyncInference'
  | 'notebook'
  | 'volume'
  | 'serverless'
  | 'provisionedConcurrency'
  | 'endpointData'
  | 's3'
  | 'cloudWatch'
  | 'kms'
  | 'lambda';

/** What is known of one region. A table or an entry that is absent is an unknown price, never a free one. */
export type RegionPrices = { readonly [table in PriceTableName]?: PriceTable };

/** On-demand prices by region. */
export type Prices = { readonly [region in string]?: RegionPrices };

/** The price table of this repository (lib/cost/price-table.json). */
export const PRICES: Prices = bundled;

/** Where one price is found: hosting of ml.m5.xlarge in us-east-1. */
export interface PriceKey {
  readonly region: string;
  readonly table: PriceTableName;
  readonly key: string;
}

/** The price in USD per the table's unit, or undefined when it is unknown. */
export function priceOf(prices: Prices, { region, table, key }: PriceKey): number | undefined {
  const entries = own(own(prices, region), table)?.prices;
  return own(entries, key);
}

/** Why a price is unknown, and what to do about it. */
export function missingPrice(prices: Prices, { region, table, key }: PriceKey): string {
  const wayOut = REFRESHED_TABLES.has(table) ? `; npm run prices -- --region ${region} asks AWS for it` : '';
  if (own(prices, region) === undefined) {
    return `the price table has no region ${region}${wayOut}`;
  }
  return `no ${TABLE_WORDS[table]} price of ${key} in ${region}${wayOut}`;
}

/** The tables that `npm run prices` fills: those of SageMaker's own price list. */
export const REFRESHED_TABLES: ReadonlySet<PriceTableName> = new Set([
  'training',
  'hosting',
  'asyncInference',
  'notebook',
  'volume',
  'serverless',
  'provisionedConcurrency',
  'endpointData',
]);

const TABLE_WORDS: Record<PriceTableName, string> = {
  training: 'training',
  hosting: 'hosting',
  asyncInference: 'asynchronous inference',
  notebook: 'notebook instance',
  volume: 'storage volume',
  serverless: 'serverless inference',
  provisionedConcurrency: 'provisioned concurrency',
  endpointData: 'endpoint data',
  s3: 'S3',
  cloudWatch: 'CloudWatch',
  kms: 'KMS',
  lambda: 'Lambda',
};

/** An entry that the object itself has: an instance type called `constructor` has no price. */
function own<T extends object, K extends keyof T>(object: T | undefined, key: K): T[K] | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}
