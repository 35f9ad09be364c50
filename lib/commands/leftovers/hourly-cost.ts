import { estimateTemplate } from '../../cost/estimate';
import { PRICES, type PriceTableName } from '../../cost/prices';
import { RegionalPrices } from '../../cost/regional-prices';
import { FREE, type HourlyCost, sumOf } from '../../cost/resource-cost';
import type { TemplateResource } from '../../aws/template';

/** What resources cost that stand in no template: described by the service's API in the properties of their CloudFormation types. */
export function resourcesCost(region: string, resources: Record<string, TemplateResource>): HourlyCost {
  return sumOf(estimateTemplate({ Resources: resources }, { region }).resources);
}

/** What storage costs, at the price per GB and month of a table. */
export function storageCost(
  region: string,
  table: PriceTableName,
  key: string,
  gigabytes: number,
): HourlyCost {
  return gigabytes === 0
    ? FREE
    : new RegionalPrices(PRICES, region).monthly('storage', table, key, gigabytes);
}
