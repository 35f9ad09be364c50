import { formatPerHour, formatUsd } from './money';
import { missingPrice, priceOf, PRICES, type Prices } from './prices';

/** A sum of money for one training job, and the instances that it pays for. */
export interface TrainingBudget {
  /** USD. */
  readonly budget: number;
  readonly instanceType: string;
  readonly instanceCount: number;
  /** Region that trains; undefined when the app does not know it at synth. */
  readonly region: string | undefined;
  /** @default - the price table of this repository */
  readonly prices?: Prices;
}

/** How long a budget lasts, or why that cannot be said. */
export interface BudgetRuntime {
  /** Whole seconds that the budget pays for; undefined when there are problems. */
  readonly seconds: number | undefined;
  /** Written for the person who typed `budget`; empty when all is well. */
  readonly problems: readonly string[];
}

/**
 * The run time that a budget pays for at the on-demand price of the instances (spot costs less, so it lasts at
 * least as long). The instances alone are counted: their volumes are cents, and a job that is stopped may take
 * 120 s more to end. There is no upper limit here: the caller takes the smaller of this and its own.
 */
export function maxRuntimeForBudget(props: TrainingBudget): BudgetRuntime {
  const { budget, instanceType, instanceCount, region, prices = PRICES } = props;
  if (!Number.isFinite(budget) || budget <= 0) {
    return problem(`budget is ${budget}: it must be a sum of US dollars above zero, such as 5`);
  }
  if (region === undefined) {
    return problem(
      'budget needs a price, and prices depend on the region: set env.region, or give maxRuntime instead',
    );
  }
  const price = priceOf(prices, { region, table: 'training', key: instanceType });
  if (price === undefined) {
    const reason = missingPrice(prices, { region, table: 'training', key: instanceType });
    return problem(
      `budget cannot be turned into a run time: ${reason}, or give maxRuntime instead of budget`,
    );
  }
  const perHour = price * instanceCount;
  // The quotient of two decimals may fall a hair short of the whole second that it stands for.
  const seconds = Math.floor((budget * 3600) / perHour + 1e-9);
  if (seconds < 60) {
    return problem(
      `budget of ${formatUsd(budget)} pays for ${seconds} s of ${instanceCount} × ${instanceType} ` +
        `(${formatPerHour(perHour)}): it must pay for at least a minute, ${formatUsd(perHour / 60)}; ` +
        'raise budget, or take a cheaper instanceType or a smaller instanceCount',
    );
  }
  return { seconds, problems: [] };
}

function problem(text: string): BudgetRuntime {
  return { seconds: undefined, problems: [text] };
}
