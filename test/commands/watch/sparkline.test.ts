import fc from 'fast-check';
import { sparkline } from '../../../lib/commands/watch/sparkline';

test.each([
  [[0, 1, 2, 3, 4, 5, 6, 7], 20, '▁▂▃▄▅▆▇█'],
  [[7, 0], 20, '█▁'],
  [[3, 3, 3], 20, '▅▅▅'],
  [[0.5], 20, '▅'],
  [[], 20, ''],
  // Two values for each place: 0.5, 2.5, 4.5, 6.5.
  [[0, 1, 2, 3, 4, 5, 6, 7], 4, '▁▃▆█'],
  [[-1e-9, 1e-9], 1, '▅'],
])('%j in %i places', (values, width, expected) => {
  expect(sparkline(values, width)).toBe(expected);
});

test('has a bar for each value while there is room, the lowest and the highest among them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 }), {
        minLength: 2,
        maxLength: 200,
      }),
      fc.integer({ min: 1, max: 100 }),
      (values, width) => {
        const bars = sparkline(values, width);
        expect(bars).toHaveLength(Math.min(values.length, width));
        expect(bars).toMatch(/^[▁▂▃▄▅▆▇█]+$/);
        expect(bars === '▅'.repeat(bars.length) || (bars.includes('▁') && bars.includes('█'))).toBe(true);
      },
    ),
  );
});
