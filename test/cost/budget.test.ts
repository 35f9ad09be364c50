import * as fc from 'fast-check';
import { budgetProblems, secondsByRegion, type TrainingBudget } from '../../lib/cost/budget';
import { PRICES, type Prices } from '../../lib/cost/prices';
import { RegionalPrices } from '../../lib/cost/regional-prices';

const job = { instanceType: 'ml.m5.xlarge', instanceCount: 1, volumeSize: 30 };

function table(prices: Readonly<Record<string, number>>) {
  return { date: '2026-01-01', source: 'the test', prices };
}

/** Two regions that train on this type, one that does not. */
const THREE_REGIONS: Prices = {
  'us-east-1': { training: table({ 'ml.m5.xlarge': 0.24 }) },
  'eu-west-1': { training: table({ 'ml.m5.xlarge': 0.3 }), volume: table({ training: 0.146 }) },
  'eu-north-1': { training: table({ 'ml.g5.xlarge': 1.5 }) },
};

/** The table's instances, whose volumes have no price. */
const INSTANCES_ALONE: Prices = { 'us-east-1': { training: PRICES['us-east-1']!.training } };

test.each<[TrainingBudget, number]>([
  // 0.23 an hour, and 30 GB × 0.14 / 730 h for its volume: 5 / 0.235753 × 3600 = 76350.96
  [{ ...job, budget: 5 }, 76350],
  // exactly an hour of two instances
  [{ ...job, instanceCount: 2, budget: 0.46, prices: INSTANCES_ALONE }, 3600],
  // exactly an hour, although the quotient of the decimals is 3599.9999999999995
  [{ ...job, instanceType: 'ml.g5.xlarge', budget: 1.408, prices: INSTANCES_ALONE }, 3600],
  // 1.408 an hour and the same for its volume: 2 / 1.413753 × 3600 = 5092.8
  [{ ...job, instanceType: 'ml.g5.xlarge', budget: 2 }, 5092],
])('%j pays for %d seconds in us-east-1', (budget, seconds) => {
  expect(secondsByRegion(budget).get('us-east-1')).toBe(seconds);
  expect(budgetProblems(budget, 'us-east-1')).toEqual([]);
});

test('each region with a price has its own time, in which volumes of a known price count', () => {
  // us-east-1: 1.20 / (2 × 0.24) = 2.5 h
  // eu-west-1: an instance's volume is 30 GB × 0.146 / 730 h = 0.006 an hour: 1.20 / (2 × 0.306) h = 7058.8 s
  expect([...secondsByRegion({ ...job, instanceCount: 2, budget: 1.2, prices: THREE_REGIONS })]).toEqual([
    ['us-east-1', 9000],
    ['eu-west-1', 7058],
  ]);
});

test('a region in which it does not pay for a minute is not among those that train', () => {
  // 0.0045 pays for 67.5 s at 0.24 an hour, and for 52.9 s at 0.306
  const budget = { ...job, budget: 0.0045, prices: THREE_REGIONS };
  expect([...secondsByRegion(budget)]).toEqual([['us-east-1', 67]]);
  expect(budgetProblems(budget, undefined)).toEqual([]);
  expect(budgetProblems(budget, 'eu-west-1')).toEqual([
    'budget: $0.0045 pays for 52 s of 1 × ml.m5.xlarge ($0.306/h in eu-west-1), and it must pay for at least a minute; ' +
      'raise it to 0.01 or more, or take a cheaper instanceType or a smaller instanceCount',
  ]);
});

test('a run of that length costs no more than the budget, and one second more does', () => {
  const budgets = fc.double({ min: 0.1, max: 1000, noNaN: true });
  const types = fc.constantFrom(...Object.keys(PRICES['us-east-1']!.training!.prices));
  fc.assert(
    fc.property(budgets, types, fc.integer({ min: 1, max: 20 }), (budget, instanceType, instanceCount) => {
      const seconds = secondsByRegion({ budget, instanceType, instanceCount, volumeSize: 30 }).get(
        'us-east-1',
      );
      const prices = new RegionalPrices(PRICES, 'us-east-1');
      const volume = prices.find('volume', 'training')!;
      const price = prices.find('training', instanceType)! + (30 * volume) / 730;
      const cost = (run: number) => (run * price * instanceCount) / 3600;
      fc.pre(seconds !== undefined);
      expect(cost(seconds!)).toBeLessThanOrEqual(budget * (1 + 1e-9));
      expect(cost(seconds! + 1)).toBeGreaterThan(budget);
    }),
  );
});

test('what the message of a budget that is too small names is enough', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(PRICES['us-east-1']!.training!.prices)),
      fc.integer({ min: 1, max: 500 }),
      (instanceType, instanceCount) => {
        const props = { ...job, instanceType, instanceCount };
        const [problem] = budgetProblems({ ...props, budget: 1e-6 }, undefined);
        const named = Number(/raise it to ([0-9.]+) or more/.exec(problem ?? '')?.[1]);
        expect(budgetProblems({ ...props, budget: named }, undefined)).toEqual([]);
      },
    ),
  );
});

test.each<[string, TrainingBudget, string | undefined, string]>([
  [
    'less than a minute, with the numbers and the way out',
    { ...job, budget: 0.003 },
    undefined,
    // 0.003 / 0.235753 × 3600 = 45.81
    'budget: $0.003 pays for 45 s of 1 × ml.m5.xlarge ($0.236/h in us-east-1), and it must pay for at least a minute; ' +
      'raise it to 0.01 or more, or take a cheaper instanceType or a smaller instanceCount',
  ],
  [
    'a type without a price in any region',
    { ...job, budget: 5, instanceType: 'ml.x9.large' },
    undefined,
    'budget: it cannot be turned into a run time, since no region of the price table has a training price of ml.x9.large; ' +
      'npm run prices -- --region REGION asks AWS for it, or give maxRuntime instead of it',
  ],
  [
    'a known region without prices',
    { ...job, budget: 5 },
    'eu-west-1',
    'budget: it cannot be turned into a run time, since the price table has no region eu-west-1; ' +
      'npm run prices -- --region eu-west-1 asks AWS for it, or give maxRuntime instead of it',
  ],
  ['nothing', { ...job, budget: 0 }, undefined, 'budget: 0 is not a sum of US dollars above zero, such as 5'],
  [
    'no number',
    { ...job, budget: Number.NaN },
    'us-east-1',
    'budget: NaN is not a sum of US dollars above zero, such as 5',
  ],
])('fails for %s', (_title, budget, region, problem) => {
  expect(budgetProblems(budget, region)).toEqual([problem]);
});
