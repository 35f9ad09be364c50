import { HOURS_PER_MONTH } from './hours';
import { missingPrice, priceOf, type PriceKey, type Prices } from './prices';
import type { TrainingRunCost } from './training-run-cost';

/** What something costs. Amounts are USD. */
export interface Cost {
  /** What is paid for, in a few words: `2 × ml.m5.xlarge, real-time`. */
  readonly what: string;
  /**
   * Per hour while it exists and nobody uses it: the part that is known. 0 means that it costs nothing;
   * undefined that nothing is known. With entries in `unknown` it is a lower bound.
   */
  readonly perHour: number | undefined;
  /** The same per month of 730 hours. */
  readonly perMonth: number | undefined;
  /** The parts that cannot be known, each with its reason; empty when the amounts are complete. */
  readonly unknown: readonly string[];
  /** What using it adds, each as a sentence with its price. */
  readonly perUse: readonly string[];
  /** Free tiers and conditions. They are not counted in the amounts. */
  readonly notes: readonly string[];
  /** What one run costs: training jobs only. */
  readonly run?: TrainingRunCost;
}

/** The cost of one resource of a template. */
export interface ResourceCost extends Cost {
  readonly logicalId: string;
  /** Path of the construct (aws:cdk:path), where the template tells it. */
  readonly path: string | undefined;
  /** CloudFormation type. */
  readonly type: string;
}

/** A part of a cost: an amount, or the reason why there is none. */
export type Part = { readonly perHour: number } | { readonly unknown: string };

/** Looks up prices of one region, with the reason where there is none. */
export class RegionalPrices {
  public constructor(
    private readonly prices: Prices,
    private readonly region: string,
  ) {}

  /** The price, or undefined. */
  public find(table: PriceKey['table'], key: string): number | undefined {
    return priceOf(this.prices, { region: this.region, table, key });
  }

  /** Why `find` has nothing. */
  public missing(table: PriceKey['table'], key: string): string {
    return missingPrice(this.prices, { region: this.region, table, key });
  }

  /** A number of things at a price per hour. */
  public hourly(what: string, table: PriceKey['table'], key: string, count: number): Part {
    const price = this.find(table, key);
    return price === undefined
      ? { unknown: `${what}: ${this.missing(table, key)}` }
      : { perHour: price * count };
  }

  /** A number of things at a price per month. */
  public monthly(what: string, table: PriceKey['table'], key: string, count: number): Part {
    const part = this.hourly(what, table, key, count);
    return 'perHour' in part ? { perHour: part.perHour / HOURS_PER_MONTH } : part;
  }
}

/** The sum of parts. Parts without an amount are listed, not counted. */
export function sumOf(
  what: string,
  parts: readonly Part[],
  more: { readonly perUse?: readonly string[]; readonly notes?: readonly string[] } = {},
): Cost {
  const known = parts.flatMap((part) => ('perHour' in part ? [part.perHour] : []));
  const unknown = parts.flatMap((part) => ('unknown' in part ? [part.unknown] : []));
  const perHour =
    known.length === 0 && unknown.length > 0 ? undefined : known.reduce((sum, amount) => sum + amount, 0);
  return {
    what,
    perHour,
    perMonth: perHour === undefined ? undefined : perHour * HOURS_PER_MONTH,
    unknown,
    perUse: more.perUse ?? [],
    notes: more.notes ?? [],
  };
}

/** A resource that costs nothing while nobody uses it. */
export function nothingAtRest(
  what: string,
  more: { readonly perUse?: readonly string[]; readonly notes?: readonly string[] } = {},
): Cost {
  return sumOf(what, [{ perHour: 0 }], more);
}

/** A resource of whose cost nothing is known. */
export function unknownCost(what: string, reason: string): Cost {
  return sumOf(what, [{ unknown: reason }]);
}
