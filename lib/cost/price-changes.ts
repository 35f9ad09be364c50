import { formatUsd } from './money';
import { REFRESHED_TABLES, type PriceTable, type Prices, type RegionPrices } from './prices';

/** A region's prices with those of a price list in place of the tables that such a list fills; the others stay. */
export function refreshRegion(before: RegionPrices | undefined, list: RegionPrices): RegionPrices {
  const kept = Object.entries(before ?? {}).filter(([table]) => !isRefreshed(table));
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
    for (const key of Object.keys(old).sort()) {
      const [from, to] = [old[key], Object.hasOwn(current, key) ? current[key] : undefined];
      if (from !== undefined && from !== to) {
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
  const regions = sorted(prices as Record<string, RegionPrices>, (tables) =>
    sorted(tables as Record<string, PriceTable>, ({ date, prices, source }) => ({
      date,
      prices: sorted(prices, (price) => price),
      source,
    })),
  );
  return `${JSON.stringify(regions, null, 2)}\n`;
}

function sorted<T, U>(object: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  const entries = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value)]));
}

function tableNames(region: RegionPrices | undefined): (keyof RegionPrices)[] {
  return Object.keys(region ?? {}) as (keyof RegionPrices)[];
}

function isRefreshed(table: string): boolean {
  return (REFRESHED_TABLES as ReadonlySet<string>).has(table);
}
