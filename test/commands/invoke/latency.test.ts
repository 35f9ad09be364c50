import * as fc from 'fast-check';
import { latencyOf } from '../../../lib/commands/invoke/latency';

const took = (latencies: readonly number[]) =>
  latencyOf(latencies.map((latencyMs) => ({ file: 'a.jpg', status: 'predicted', latencyMs })));

test.each([
  [[7], { p50: 7, p95: 7 }],
  [[1, 2], { p50: 1, p95: 2 }],
  [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], { p50: 5, p95: 10 }],
  [Array.from({ length: 100 }, (_, at) => at + 1), { p50: 50, p95: 95 }],
])('%j', (latencies, expected) => {
  expect(took(latencies)).toEqual(expected);
});

test('nothing measured has no percentiles', () => {
  expect(latencyOf([{ file: 'a.jpg', status: 'failed' }])).toBeUndefined();
});

test('at least the share it names lies at or below a percentile', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (latencies) => {
      const { p50, p95 } = took(latencies)!;
      const below = (limit: number) => latencies.filter((value) => value <= limit).length / latencies.length;
      expect(below(p50)).toBeGreaterThanOrEqual(0.5);
      expect(below(p95)).toBeGreaterThanOrEqual(0.95);
      expect(latencies).toContain(p50);
    }),
  );
});
