import type { PriceTableName, RegionPrices } from './prices';
import { asRecord } from '../aws/template';

/** The prices that a bulk price list holds, or why it cannot be used. */
export interface ParsedPriceList {
  /** Day of publication, ISO. */
  readonly date: string;
  readonly tables: RegionPrices;
  /** Prices that the list gives twice, with different amounts: they are left out of the tables. */
  readonly conflicts: readonly string[];
}

/**
 * Usage types of SageMaker's price list, after the region's prefix (`USE1-`, `EU-`; none in a few lists). The
 * usage type is what names the instance: `instanceType` is empty, or carries a suffix, in most products.
 *
 * - `USE1-Train:ml.m5.large`, `USE1-Host:ml.m5.xlarge`, `USE1-Notebk:ml.t3.medium` and
 *   `USE1-AsyncInf:ml.g6e.2xlarge` per `Hrs`; the products' `component` is Training, Hosting, Notebook, AsyncInf
 *   (AWS's query API answers; vantage-sh/ec2instances.info, scraper of SageMaker prices).
 * - `USE1-Notebk:VolumeUsage.gp2` and `Host:VolumeUsage.gp2` per `GB-Mo`
 *   (infracost, sagemaker_endpoint_configuration.go; AWS's Cost and Usage Report queries).
 * - `USE1-ServerlessInf:Mem-3GB` and `ProvisionedConcurrency:Usage-2GB` per `Seconds`
 *   (infracost, the same file); `ProvisionedConcurrency:Mem-2GB` is the price of calls, not of keeping warm.
 * - `Hst:Data-Bytes-In` and `-Out` per `GB`, with operation Invoke-Endpoint (infracost, the same file).
 */
const USAGE_TYPES: readonly { pattern: RegExp; unit: RegExp; read: (match: RegExpExecArray) => Entry }[] = [
  {
    pattern: /^(Train|Host|Notebk|AsyncInf):(ml\.[a-z0-9-]+\.[a-z0-9-]+)$/,
    unit: /^(hrs|hours?)$/i,
    read: ([, kind, instanceType]) => [INSTANCE_TABLES[kind!]!, instanceType!],
  },
  {
    pattern: /^(Train|Host|Notebk):VolumeUsage\.gp2$/,
    unit: /^gb-mo(nth)?$/i,
    read: ([, kind]) => ['volume', INSTANCE_TABLES[kind!]!],
  },
  {
    pattern: /^(ServerlessInf:Mem|ProvisionedConcurrency:Usage)-(\d+)GB$/,
    unit: /^sec(ond)?s?$/i,
    read: ([, kind, gb]) => [
      kind === 'ServerlessInf:Mem' ? 'serverless' : 'provisionedConcurrency',
      String(Number(gb) * 1024),
    ],
  },
  {
    pattern: /^Hst:Data-Bytes-(In|Out)$/,
    unit: /^gb$/i,
    read: ([, direction]) => ['endpointData', direction!.toLowerCase()],
  },
];

const INSTANCE_TABLES: Readonly<Record<string, PriceTableName>> = {
  Train: 'training',
  Host: 'hosting',
  Notebk: 'notebook',
  AsyncInf: 'asyncInference',
};

type Entry = readonly [table: PriceTableName, key: string];

/**
 * Reads the on-demand prices in USD from a region's bulk price list of Amazon SageMaker, as AWS documents its form
 * ("Reading the service price list file"): products by SKU with a product family and attributes, and
 * `terms.OnDemand[sku][…].priceDimensions[…]` with unit, beginRange and pricePerUnit.
 * Throws an Error when the document has another form.
 */
export function parsePriceList(document: unknown, source: string): ParsedPriceList {
  const list = asRecord(document);
  const products = asRecord(list?.products);
  const onDemand = asRecord(asRecord(list?.terms)?.OnDemand);
  const published = typeof list?.publicationDate === 'string' ? list.publicationDate : '';
  const date = /^\d{4}-\d{2}-\d{2}/.exec(published)?.[0];
  if (products === undefined || onDemand === undefined || date === undefined) {
    throw new Error('a price list has products, terms.OnDemand and a publicationDate: this document has not');
  }
  const found: Partial<Record<PriceTableName, Record<string, number>>> = {};
  const conflicts = new Set<string>();
  for (const [sku, product] of Object.entries(products)) {
    const usage = readUsageType(asRecord(asRecord(product)?.attributes) ?? {});
    const usd = usage && readPrice(asRecord(onDemand[sku]), usage.unit);
    // A price of zero is a free tier or a bundled product beside the real one.
    if (usage && usd) {
      const [table, key] = usage.entry;
      const prices = (found[table] ??= {});
      if ((prices[key] ?? usd) !== usd) {
        conflicts.add(`${table} ${key}`);
      }
      prices[key] = usd;
    }
  }
  const known = Object.entries(found).map(([table, prices]) => {
    const sure = Object.entries(prices).filter(([key]) => !conflicts.has(`${table} ${key}`));
    return [table, { date, prices: Object.fromEntries(sure), source }];
  });
  return { date, tables: Object.fromEntries(known) as RegionPrices, conflicts: [...conflicts].sort() };
}

function readUsageType(attributes: Record<string, unknown>): { entry: Entry; unit: RegExp } | undefined {
  const { usagetype, locationType } = attributes;
  // Local zones and Outposts have their own prices under the same region.
  if (typeof usagetype !== 'string' || (locationType !== undefined && locationType !== 'AWS Region')) {
    return undefined;
  }
  const usage = usagetype.replace(/^[A-Z]{2,4}\d{0,2}-/, '');
  for (const { pattern, unit, read } of USAGE_TYPES) {
    const match = pattern.exec(usage);
    if (match !== null) {
      return { entry: read(match), unit };
    }
  }
  return undefined;
}

/** The price of the first unit: the one price dimension, or the one that begins at zero where prices have steps. */
function readPrice(terms: Record<string, unknown> | undefined, unit: RegExp): number | undefined {
  const dimensions = Object.values(terms ?? {}).flatMap((term) =>
    Object.values(asRecord(asRecord(term)?.priceDimensions) ?? {}),
  );
  const first = dimensions
    .map((dimension) => asRecord(dimension) ?? {})
    .find((dimension) => unit.test(String(dimension.unit)) && (dimension.beginRange ?? '0') === '0');
  const usd = Number(asRecord(first?.pricePerUnit)?.USD);
  return Number.isFinite(usd) && usd >= 0 ? usd : undefined;
}
