import type { StoppingCondition } from '@aws-sdk/client-sagemaker';
import { Duration } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import {
  stackTimeout,
  stoppingCondition,
  timeProblems,
  type TimeProps,
} from '../../lib/training/training-time';

const HOUR = 3600;
const LONGEST = 11.5 * HOUR;

test.each<[string, TimeProps, number | undefined, StoppingCondition]>([
  ['nothing said', {}, undefined, { MaxRuntimeInSeconds: HOUR }],
  ['a longest run', { maxRuntime: Duration.hours(2) }, undefined, { MaxRuntimeInSeconds: 2 * HOUR }],
  [
    'a budget that pays for less',
    { budget: 1, maxRuntime: Duration.hours(2) },
    5000,
    { MaxRuntimeInSeconds: 5000 },
  ],
  [
    'a budget that pays for more',
    { budget: 1, maxRuntime: Duration.hours(1) },
    5000,
    { MaxRuntimeInSeconds: HOUR },
  ],
  ['a budget alone', { budget: 1 }, 5000, { MaxRuntimeInSeconds: 5000 }],
  ['a budget beyond what a stack can wait', { budget: 1000 }, 1e6, { MaxRuntimeInSeconds: LONGEST }],
  ['spot', { spot: true }, undefined, { MaxRuntimeInSeconds: HOUR, MaxWaitTimeInSeconds: 2 * HOUR }],
  [
    'spot that cannot wait for twice the run',
    { spot: true, maxRuntime: Duration.hours(8) },
    undefined,
    { MaxRuntimeInSeconds: 8 * HOUR, MaxWaitTimeInSeconds: LONGEST },
  ],
  [
    'a limit to the wait for capacity',
    { maxRuntime: Duration.hours(8), maxPendingTime: Duration.hours(2), instanceType: 'ml.g5.xlarge' },
    undefined,
    { MaxRuntimeInSeconds: 8 * HOUR, MaxPendingTimeInSeconds: 2 * HOUR },
  ],
  [
    'spot with a wait',
    { spot: true, maxWait: Duration.hours(5) },
    undefined,
    { MaxRuntimeInSeconds: HOUR, MaxWaitTimeInSeconds: 5 * HOUR },
  ],
  [
    'spot with a budget',
    { spot: true, budget: 1 },
    5000,
    { MaxRuntimeInSeconds: 5000, MaxWaitTimeInSeconds: 10000 },
  ],
  [
    'spot with a budget that pays for more than the wait',
    { spot: true, budget: 1, maxWait: Duration.hours(1) },
    5000,
    { MaxRuntimeInSeconds: HOUR, MaxWaitTimeInSeconds: HOUR },
  ],
])('the times of a job with %s', (_title, props, paidSeconds, expected) => {
  expect(stoppingCondition(props, paidSeconds)).toEqual(expected);
});

test('the stack waits for the run, and for spot capacity, and half an hour; what a budget pays for does not shorten it', () => {
  expect(stackTimeout({ maxRuntime: Duration.hours(2) })).toBe(2.5 * HOUR);
  expect(stackTimeout({ spot: true, maxRuntime: Duration.hours(2) })).toBe(4.5 * HOUR);
  expect(stackTimeout({ budget: 1 })).toBe(12 * HOUR);
  expect(stackTimeout({ budget: 1, maxPendingTime: Duration.hours(2) })).toBe(12 * HOUR);
  expect(stackTimeout({ maxRuntime: Duration.hours(1), maxPendingTime: Duration.hours(2) })).toBe(3.5 * HOUR);
  expect(stackTimeout({ budget: 1, maxRuntime: Duration.hours(2) })).toBe(2.5 * HOUR);
});

test('whatever is taken, SageMaker takes too, and the stack waits long enough for it', () => {
  const duration = fc.integer({ min: 0, max: 50_000 }).map((seconds) => Duration.seconds(seconds));
  const props = fc.record(
    { maxRuntime: duration, maxWait: duration, budget: fc.constant(1), spot: fc.boolean() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(props, fc.integer({ min: 60, max: 1e7 }), (times, paid) => {
      fc.pre(timeProblems(times).length === 0);
      const condition = stoppingCondition(times, times.budget === undefined ? undefined : paid);
      const { MaxRuntimeInSeconds: run = Number.NaN, MaxWaitTimeInSeconds: wait } = condition;
      expect(run).toBeGreaterThanOrEqual(1);
      expect(run).toBeLessThanOrEqual(times.budget === undefined ? Infinity : paid);
      expect(run).toBeLessThanOrEqual(times.maxRuntime?.toSeconds() ?? Infinity);
      expect(wait === undefined).toBe(!times.spot);
      expect(wait ?? run).toBeGreaterThanOrEqual(run);
      expect(stackTimeout(times)).toBeGreaterThanOrEqual((wait ?? run) + 1800);
      expect(stackTimeout(times)).toBeLessThanOrEqual(12 * HOUR);
    }),
    { numRuns: 500 },
  );
});
