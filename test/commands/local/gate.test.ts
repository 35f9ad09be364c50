import { gateOutcomes } from '../../../lib/commands/local/gate';
import { shortfalls } from '../../../lib/training/job/minimum-metrics';

test('the gate of a laptop is that of the deployed function, in single precision', () => {
  // Less than 0.7 as a double, and the same number in single precision.
  const value = 0.7 - 1e-9;
  const metrics = [
    { MetricName: 'accuracy', Value: value },
    { MetricName: 'f1', Value: 0.5 },
  ];
  const minimums = { accuracy: 0.7, f1: '0.6', recall: 0 };
  expect(gateOutcomes(minimums, metrics)).toEqual([
    { name: 'accuracy', minimum: 0.7, value, passed: true },
    { name: 'f1', minimum: 0.6, value: 0.5, passed: false },
    { name: 'recall', minimum: 0, value: undefined, passed: false },
  ]);
  expect(shortfalls(minimums, metrics)).toHaveLength(2);
});
