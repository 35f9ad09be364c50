import * as fc from 'fast-check';
import { maxRuntimeForBudget } from '../../lib/cost/budget';
import { priceOf, PRICES } from '../../lib/cost/prices';

const job = { instanceType: 'ml.m5.xlarge', instanceCount: 1, region: 'us-east-1' };

test.each([
  // 0.23 an hour: 5 / 0.23 × 3600 = 78260.87
  [{ ...job, budget: 5 }, 78260],
  // exactly an hour of two instances
  [{ ...job, instanceCount: 2, budget: 0.46 }, 3600],
  // exactly an hour, although the quotient of the decimals is 3599.9999999999995
  [{ ...job, instanceType: 'ml.g5.xlarge', budget: 1.408 }, 3600],
  // 1.408 an hour: 2 / 1.408 × 3600 = 5113.6
  [{ ...job, instanceType: 'ml.g5.xlarge', budget: 2 }, 5113],
])('%j pays for %d seconds', (props, seconds) => {
  expect(maxRuntimeForBudget(props)).toEqual({ seconds, problems: [] });
});

test('a run of that length costs no more than the budget, and one second more does', () => {
  const budgets = fc.double({ min: 0.1, max: 1000, noNaN: true });
  const types = fc.constantFrom(...Object.keys(PRICES['us-east-1']!.training!.prices));
  fc.assert(
    fc.property(budgets, types, fc.integer({ min: 1, max: 20 }), (budget, instanceType, instanceCount) => {
      const { seconds } = maxRuntimeForBudget({ budget, instanceType, instanceCount, region: 'us-east-1' });
      const price = priceOf(PRICES, { region: 'us-east-1', table: 'training', key: instanceType })!;
      const cost = (run: number) => (run * price * instanceCount) / 3600;
      fc.pre(seconds !== undefined);
      expect(cost(seconds!)).toBeLessThanOrEqual(budget * (1 + 1e-9));
      expect(cost(seconds! + 1)).toBeGreaterThan(budget);
    }),
  );
});

test('fails for less than a minute, with the numbers and the way out', () => {
  // a minute costs 0.23 / 60 = 0.00383
  expect(maxRuntimeForBudget({ ...job, budget: 0.003 })).toEqual({
    seconds: undefined,
    problems: [
      'budget of $0.003 pays for 46 s of 1 × ml.m5.xlarge ($0.23/h): it must pay for at least a minute, $0.00383; ' +
        'raise budget, or take a cheaper instanceType or a smaller instanceCount',
    ],
  });
  expect(maxRuntimeForBudget({ ...job, budget: 0.23 / 60 }).seconds).toBe(60);
});

test.each([
  [
    { ...job, budget: 5, instanceType: 'ml.x9.large' },
    'budget cannot be turned into a run time: no training price of ml.x9.large in us-east-1; ' +
      'npm run prices -- --region us-east-1 asks AWS for it, or give maxRuntime instead of budget',
  ],
  [
    { ...job, budget: 5, region: undefined },
    'budget needs a price, and prices depend on the region: set env.region, or give maxRuntime instead',
  ],
  [{ ...job, budget: 0 }, 'budget is 0: it must be a sum of US dollars above zero, such as 5'],
  [{ ...job, budget: Number.NaN }, 'budget is NaN: it must be a sum of US dollars above zero, such as 5'],
])('fails for %j', (props, problem) => {
  expect(maxRuntimeForBudget(props)).toEqual({ seconds: undefined, problems: [problem] });
});
