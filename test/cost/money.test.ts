import * as fc from 'fast-check';
import { formatPerHour, formatPerMonth, formatSeconds, formatUsd } from '../../lib/cost/money';

test.each([
  [0, '$0'],
  [0.23, '$0.23'],
  [0.1, '$0.10'],
  [0.7364, '$0.736'],
  [5, '$5'],
  [1.505, '$1.50'],
  [20.36, '$20.36'],
  [99.999, '$100'],
  [167.9, '$168'],
  [14862.8, '$14,863'],
  [0.05, '$0.05'],
  [0.016, '$0.016'],
  [0.00004, '$0.00004'],
  [0.0000166667, '$0.0000167'],
  [-3.5, '-$3.50'],
])('%d dollars are written %s', (usd, text) => {
  expect(formatUsd(usd)).toBe(text);
});

test('a price has its period', () => {
  expect(formatPerHour(0.23)).toBe('$0.23/h');
  expect(formatPerMonth(0.23)).toBe('$168/month');
});

test('what is no amount is refused', () => {
  expect(() => formatUsd(Number.NaN)).toThrow(RangeError);
});

test('no amount is written as zero, or more than half a percent or half a cent off', () => {
  const exponent = fc.double({ min: -9, max: 6, noNaN: true });
  fc.assert(
    fc.property(exponent, (power) => {
      const usd = 10 ** power;
      const read = Number(formatUsd(usd).replace(/[$,]/g, ''));
      expect(read).toBeGreaterThan(0);
      expect(Math.abs(read - usd)).toBeLessThanOrEqual(Math.max(usd * 0.0051, 0));
    }),
  );
});

test.each([
  [45, '45 s'],
  [90, '90 s'],
  [120, '2 min'],
  [3600, '1 h'],
  [5400, '1 h 30 min'],
  [3675, '1 h 1 min 15 s'],
])('%d seconds are written %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
