import fc from 'fast-check';
import { digits, measureInterleaved, median, renderComparison } from '../../../lib/commands/bench/comparison';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

test('as many values lie above the median as below it, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), (values) => {
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(below).toBeLessThanOrEqual(values.length / 2);
      expect(above).toBeLessThanOrEqual(values.length / 2);
      expect(median(values.toReversed())).toBe(middle);
    }),
  );
});

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(median([10, 1, 4, 2])).toBe(3);
});

test('measures in turn, so that a disturbance falls on all alike', async () => {
  const order: string[] = [];
  const measure = (name: string) => async () => ({ seconds: order.push(name) });
  const measured = await measureInterleaved({ a: measure('a'), b: measure('b') }, 3);
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  expect(measured).toEqual({ a: { seconds: 3 }, b: { seconds: 4 } });
});

test.each([
  [1.5, { atMost: 1.5 }, true],
  [1.501, { atMost: 1.5 }, false],
  [30, { atLeast: 30 }, true],
  [29.99, { atLeast: 30 }, false],
])('a ratio of %d against %j: met is %s', (ratio, aim, met) => {
  const line = renderComparison({ what: 'it', ratio, aim, detail: '' });
  expect(line.includes(', met')).toBe(met);
});

test.each([
  [0.12345, '0.123'],
  [1, '1.00'],
  [12.345, '12.3'],
  [99.96, '100'],
  [1234.5, '1235'],
])('shows %d as %s', (value, shown) => {
  expect(digits(value)).toBe(shown);
});

test('a line says what, ratio, aim, whether it is met, and the figures behind it', () => {
  const comparison = { what: 'synthesis', ratio: 1.234, detail: '2 s against 1 s' };
  expect(renderComparison({ ...comparison, aim: { atMost: 1.5 } })).toBe(
    'synthesis: 1.23×; aim ≤ 1.5×, met (2 s against 1 s)',
  );
  expect(renderComparison({ ...comparison, aim: { atLeast: 30 } })).toBe(
    'synthesis: 1.23×; aim ≥ 30×, not met (2 s against 1 s)',
  );
  expect(renderComparison(comparison)).toBe('synthesis: 1.23×; no aim (2 s against 1 s)');
});
