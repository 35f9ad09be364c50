import { HOURS_PER_MONTH } from './money';
import { OTHER_TABLES, type Prices, type PriceTableName, REFRESHED_TABLES } from './prices';
import { type HourlyCost, unknownPart } from './resource-cost';

/** Looks up prices of one region, with the reason where there is none. */
export class RegionalPrices {
  public constructor(
    private readonly prices: Prices,
    private readonly region: string,
  ) {}

  /** The price in USD per the table's unit, or undefined when it is unknown. */
  public find(table: PriceTableName, key: string): number | undefined {
    return own(own(own(this.prices, this.region), table)?.prices, key);
  }

  /** Why a price is unknown, and what to do about it. */
  public missing(table: PriceTableName, key: string): string {
    const { region } = this;
    const wayOut = table in REFRESHED_TABLES ? `; npm run prices -- --region ${region} asks AWS for it` : '';
    return own(this.prices, region) === undefined
      ? `the price table has no region ${region}${wayOut}`
      : `no ${{ ...REFRESHED_TABLES, ...OTHER_TABLES }[table]} price of ${key} in ${region}${wayOut}`;
  }

  /** A number of things at a price per hour. */
  public hourly(what: string, table: PriceTableName, key: string, count: number): HourlyCost {
    const price = this.find(table, key);
    return price === undefined
      ? unknownPart(`${what}: ${this.missing(table, key)}`)
      : { perHour: price * count, unknown: [] };
  }

  /** A number of things at a price per month. */
  public monthly(what: string, table: PriceTableName, key: string, count: number): HourlyCost {
    const { perHour, unknown } = this.hourly(what, table, key, count);
    return { perHour: perHour === undefined ? undefined : perHour / HOURS_PER_MONTH, unknown };
  }
}

/** An entry that the object itself has: an instance type called `constructor` has no price. */
function own<T extends object, K extends keyof T>(object: T | undefined, key: K): T[K] | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}
