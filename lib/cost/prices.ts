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

/** The tables that `npm run prices` fills, in a person's words: those of SageMaker's own price list. */
export const REFRESHED_TABLES = {
  training: 'training',
  hosting: 'hosting',
  asyncInference: 'asynchronous inference',
  notebook: 'notebook instance',
  volume: 'storage volume',
  serverless: 'serverless inference',
  provisionedConcurrency: 'provisioned concurrency',
  endpointData: 'endpoint data',
};

/** The other tables. */
export const OTHER_TABLES = { s3: 'S3', cloudWatch: 'CloudWatch', kms: 'KMS', lambda: 'Lambda' };

/**
 * The tables of a region, with their key and their unit:
 * training, hosting, asyncInference, notebook: instance type, per instance and hour;
 * volume: training, hosting or notebook, per GB and month;
 * serverless: memory in MB, per second of a call;
 * provisionedConcurrency: memory in MB, per second of one unit of concurrency kept warm;
 * endpointData: in or out, per GB;
 * s3, cloudWatch, kms, lambda: the unit is in the key.
 */
export type PriceTableName = keyof typeof REFRESHED_TABLES | keyof typeof OTHER_TABLES;

/** What is known of one region. A table or an entry that is absent is an unknown price, never a free one. */
export type RegionPrices = { readonly [table in PriceTableName]?: PriceTable };

/** On-demand prices by region. */
export type Prices = { readonly [region in string]?: RegionPrices };

/** The price table of this repository (lib/cost/price-table.json). */
export const PRICES: Prices = bundled;
