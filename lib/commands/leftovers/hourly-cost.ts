import { estimateTemplate } from '../../cost/estimate';
import { PRICES } from '../../cost/prices';
import { type Part, RegionalPrices, sumOf } from '../../cost/resource-cost';
import type { TemplateResource } from '../../aws/template';
import type { HourlyCost } from './leftover';

const BYTES_PER_GB = 1024 ** 3;

/** What resources cost that stand in no template: described by the service's API in the properties of their CloudFormation types. */
export function resourcesCost(region: string, resources: Record<string, TemplateResource>): HourlyCost {
  const { resources: costs } = estimateTemplate({ Resources: resources }, { region });
  return sumOf(
    '',
    costs.flatMap(({ perHour, unknown }): Part[] => [
      ...(perHour === undefined ? [] : [{ perHour }]),
      ...unknown.map((reason) => ({ unknown: reason })),
    ]),
  );
}

/** What storage costs: S3's standard class, or CloudWatch's logs. */
export function storageCost(
  region: string,
  table: 's3' | 'cloudWatch',
  key: string,
  bytes: number,
): HourlyCost {
  const prices = new RegionalPrices(PRICES, region);
  return bytes === 0
    ? { perHour: 0, unknown: [] }
    : sumOf('', [prices.monthly('storage', table, key, bytes / BYTES_PER_GB)]);
}

/** What the volume of a stopped notebook instance costs. */
export function notebookVolumeCost(region: string, gigabytes: number): HourlyCost {
  const prices = new RegionalPrices(PRICES, region);
  return sumOf('', [prices.monthly(`volume of ${gigabytes} GB`, 'volume', 'notebook', gigabytes)]);
}

/** Of whose cost nothing is known. */
export function unknownHourlyCost(reason: string): HourlyCost {
  return { perHour: undefined, unknown: [reason] };
}
