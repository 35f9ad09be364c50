import { formatUsd } from './money';
import { REFRESHED_TABLES, type Prices, type RegionPrices } from './prices';
import { asRecord } from '../aws/template';

/** A region's prices with those of a price list in place of the tables that such a list fills; the others stay. */
export function refreshRegion(before: RegionPrices | undefined, list: RegionPrices): RegionPrices {
  const kept = Object.entries(before ?? {}).filter(([table]) => !(table in REFRESHED_TABLES));
  return Object.fromEntries([...kept, ...Object.entries(list)]) as RegionPrices;
}

/** What changed between two states of a region, in lines for a person: prices one by one, additions by table. */
export function describeChanges(before: RegionPrices | undefined, after: RegionPrices): string[] {
  const lines: string[] = [];
  for (const table of [...new Set([...tableNames(before), ...tableNames(after)])].sort()) {
    const old = before?.[table]?.prices ?? {};
    const current = after[table]?.prices ?? {};
    const added = Object.keys(current).filter((key) => !Object.hasOwn(old, key));
    if (added.length > 0) {
      lines.push(`${table}: ${added.length} ${added.length === 1 ? 'price' : 'prices'} added`);
    }
    for (const [key, from] of Object.entries(old).toSorted()) {
      const to = current[key];
      if (from !== to) {
        lines.push(
          `${table} ${key}: ${formatUsd(from)} → ${to === undefined ? 'no longer listed' : formatUsd(to)}`,
        );
      }
    }
  }
  return lines;
}

/** The table as the text of a JSON file: sorted, so that the same prices are the same bytes. */
export function renderPrices(prices: Prices): string {
  const sorted = (_key: string, value: unknown) => {
    const entries = Object.entries(asRecord(value) ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return entries.length > 0 ? Object.fromEntries(entries) : value;
  };
  return `${JSON.stringify(prices, sorted, 2)}\n`;
}

function tableNames(region: RegionPrices | undefined): (keyof RegionPrices)[] {
  return Object.keys(region ?? {}) as (keyof RegionPrices)[];
}
