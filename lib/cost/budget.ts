import { HOURS_PER_MONTH } from './hours';
import { formatPerHour, formatUsd } from './money';
import { missingPrice, priceOf, PRICES, type Prices } from './prices';

/** A sum of money for one training job, and what it pays for. */
export interface TrainingBudget {
  /** USD. */
  readonly budget: number;
  readonly instanceType: string;
  readonly instanceCount: number;
  /** GB of each instance's volume. */
  readonly volumeSize: number;
  /** @default - the price table of this repository */
  readonly prices?: Prices;
}

/** The least that a budget must pay for, in seconds. */
const LEAST_SECONDS = 60;

/**
 * How long a budget lasts in each region of the price table: whole seconds at the on-demand price of the instances and, where it is
 * known, of their volumes. Spot costs less, so there it lasts longer.
 * A region without the instances' price, and one where the budget pays for less than a minute, are not in the answer.
 *
 * Not counted are the 120 s that SageMaker gives a script that it stops, and the upload of the model after them. There is no upper
 * limit here: the caller takes the smaller of this and its own.
 */
export function secondsByRegion(budget: TrainingBudget): ReadonlyMap<string, number> {
  const { prices = PRICES } = budget;
  return new Map(
    Object.keys(prices).flatMap((region) => {
      const perHour = pricePerHour(budget, region);
      const seconds = perHour === undefined ? 0 : paidSeconds(budget.budget, perHour);
      return seconds < LEAST_SECONDS ? [] : [[region, seconds]];
    }),
  );
}

/**
 * Why a budget cannot be turned into a run time, for the person who typed `budget`; empty when it can.
 * @param region the region that trains; undefined when any may: then one region where it can is enough
 */
export function budgetProblems(budget: TrainingBudget, region: string | undefined): string[] {
  const { budget: usd, instanceType, instanceCount, prices = PRICES } = budget;
  if (!Number.isFinite(usd) || usd <= 0) {
    return [`budget: ${usd} is not a sum of US dollars above zero, such as 5`];
  }
  const regions = region === undefined ? Object.keys(prices) : [region];
  const cheapest = regions
    .map((name) => ({ name, perHour: pricePerHour(budget, name) }))
    .filter((priced): priced is { name: string; perHour: number } => priced.perHour !== undefined)
    .toSorted((a, b) => a.perHour - b.perHour)
    .at(0);
  if (cheapest === undefined) {
    const reason =
      region === undefined
        ? `no region of the price table has a training price of ${instanceType}; npm run prices -- --region REGION asks AWS for it`
        : missingPrice(prices, { region, table: 'training', key: instanceType });
    return [`budget: it cannot be turned into a run time, since ${reason}, or give maxRuntime instead of it`];
  }
  const { name, perHour } = cheapest;
  const seconds = paidSeconds(usd, perHour);
  if (seconds >= LEAST_SECONDS) {
    return [];
  }
  // Whole cents, upwards: what the message names must be enough.
  const enough = Math.ceil((perHour * LEAST_SECONDS) / 36) / 100;
  return [
    `budget: ${formatUsd(usd)} pays for ${seconds} s of ${instanceCount} × ${instanceType} (${formatPerHour(perHour)} in ${name}), ` +
      `and it must pay for at least a minute; raise it to ${enough} or more, or take a cheaper instanceType or a smaller instanceCount`,
  ];
}

/** USD per hour of all instances and their volumes; a volume of unknown price counts nothing, as in the review. */
function pricePerHour(
  { instanceType, instanceCount, volumeSize, prices = PRICES }: TrainingBudget,
  region: string,
): number | undefined {
  const instance = priceOf(prices, { region, table: 'training', key: instanceType });
  const volume = priceOf(prices, { region, table: 'volume', key: 'training' }) ?? 0;
  return instance === undefined
    ? undefined
    : (instance + (volume * volumeSize) / HOURS_PER_MONTH) * instanceCount;
}

function paidSeconds(usd: number, perHour: number): number {
  // The quotient of two decimals may fall a hair short of the whole second that it stands for.
  return Math.floor((usd * 3600) / perHour + 1e-9);
}
