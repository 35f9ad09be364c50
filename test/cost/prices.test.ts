import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PRICES } from '../../lib/cost/prices';
import { RegionalPrices } from '../../lib/cost/regional-prices';

const prices = new RegionalPrices(PRICES, 'us-east-1');

describe('the price table of this repository', () => {
  const instances = {
    'ml.m5.large': 0.115,
    'ml.m5.xlarge': 0.23,
    'ml.m5.2xlarge': 0.461,
    'ml.g4dn.xlarge': 0.7364,
    'ml.g4dn.2xlarge': 0.94,
    'ml.g4dn.4xlarge': 1.505,
    'ml.g4dn.8xlarge': 2.72,
    'ml.g4dn.12xlarge': 4.89,
    'ml.g4dn.16xlarge': 5.44,
    'ml.g5.xlarge': 1.408,
    'ml.g5.2xlarge': 1.515,
    'ml.g5.12xlarge': 7.09,
    'ml.g5.24xlarge': 10.18,
    'ml.g5.48xlarge': 20.36,
    'ml.p3.2xlarge': 3.825,
  };
  const notebooks = { 'ml.t3.medium': 0.05, 'ml.t3.large': 0.1, 'ml.t3.xlarge': 0.2 };

  test.each(Object.entries(instances))('trains and hosts on %s for $%d an hour', (key, usd) => {
    expect(prices.find('training', key)).toBe(usd);
    expect(prices.find('hosting', key)).toBe(usd);
  });

  test.each(Object.entries(notebooks))('runs a notebook on %s for $%d an hour', (key, usd) => {
    expect(prices.find('notebook', key)).toBe(usd);
  });

  test('has a date, a source and only positive amounts in every table', () => {
    for (const [region, tables] of Object.entries(PRICES)) {
      expect(region).toMatch(/^[a-z]+-[a-z]+-\d$/);
      for (const { date, source, prices: entries } of Object.values(tables!)) {
        expect(date).toMatch(/^\d{4}(-\d{2}-\d{2})?$/);
        expect(source.length).toBeGreaterThan(10);
        expect(Object.values(entries).every((usd) => usd > 0)).toBe(true);
      }
    }
  });
});

describe('a price that is not in the table', () => {
  test.each([
    ['us-east-1', 'ml.x9.large', 'no training price of ml.x9.large in us-east-1'],
    ['us-east-1', 'constructor', 'no training price of constructor in us-east-1'],
    ['toString', 'ml.m5.xlarge', 'the price table has no region toString'],
  ])('is undefined and has a reason: %s %s', (region, type, reason) => {
    const regional = new RegionalPrices(PRICES, region);
    expect(regional.find('training', type)).toBeUndefined();
    expect(regional.missing('training', type)).toBe(
      `${reason}; npm run prices -- --region ${region} asks AWS for it`,
    );
  });

  test('does not send to npm run prices for what that cannot find', () => {
    expect(prices.missing('kms', 'x')).toBe('no KMS price of x in us-east-1');
  });
});

test('no module of the app is hidden by a JSON file of its name, which Node would load in its place', () => {
  const files = new Set(readdirSync(join(__dirname, '..', '..', 'lib'), { recursive: true }).map(String));
  const hidden = [...files].filter(
    (file) => file.endsWith('.json') && files.has(file.replace(/json$/, 'ts')),
  );
  expect(hidden).toEqual([]);
});
