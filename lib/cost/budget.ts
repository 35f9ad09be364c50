import { formatPerHour, formatUsd } from './money';
import { PRICES, type Prices } from './prices';
import { RegionalPrices } from './regional-prices';
import { trainingRunCost } from './training-run-cost';

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
  return new Map(
    rates(budget, Object.keys(budget.prices ?? PRICES))
      .map(({ region, perHour }) => [region, paidSeconds(budget.budget, perHour)] as const)
      .filter(([, seconds]) => seconds >= LEAST_SECONDS),
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
  const priced = rates(budget, region === undefined ? Object.keys(prices) : [region]);
  const [cheapest] = priced.toSorted((a, b) => a.perHour - b.perHour);
  if (cheapest === undefined) {
    const reason =
      region === undefined
        ? `no region of the price table has a training price of ${instanceType}; npm run prices -- --region REGION asks AWS for it`
        : new RegionalPrices(prices, region).missing('training', instanceType);
    return [`budget: it cannot be turned into a run time, since ${reason}, or give maxRuntime instead of it`];
  }
  const { perHour } = cheapest;
  const seconds = paidSeconds(usd, perHour);
  if (seconds >= LEAST_SECONDS) {
    return [];
  }
  // Whole cents, upwards: what the message names must be enough.
  const enough = Math.ceil((perHour * LEAST_SECONDS) / 36) / 100;
  return [
    `budget: ${formatUsd(usd)} pays for ${seconds} s of ${instanceCount} × ${instanceType} (${formatPerHour(perHour)} in ${cheapest.region}), ` +
      `and it must pay for at least a minute; raise it to ${enough} or more, or take a cheaper instanceType or a smaller instanceCount`,
  ];
}

/** USD per hour of all instances and their volumes, in the regions where the instances have a price. */
function rates(
  { instanceType, instanceCount, volumeSize, prices }: TrainingBudget,
  regions: readonly string[],
): { region: string; perHour: number }[] {
  const anHour = {
    ResourceConfig: {
      InstanceType: instanceType,
      InstanceCount: instanceCount,
      VolumeSizeInGB: volumeSize,
    },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  };
  return regions.flatMap((region) => {
    const { most } = trainingRunCost(anHour, region, prices);
    return most === undefined ? [] : [{ region, perHour: most }];
  });
}

function paidSeconds(usd: number, perHour: number): number {
  // The quotient of two decimals may fall a hair short of the whole second that it stands for.
  return Math.floor((usd * 3600) / perHour + 1e-9);
}
