import * as fc from 'fast-check';
import { raisedMinimums, shortfalls } from '../../../lib/training/job/minimum-metrics';

const metric = (MetricName: string, Value: number) => ({ MetricName, Value });

test('a metric passes exactly when it reaches its minimum, in the single precision that SageMaker reports', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: -2000, max: 2000 }), (a, b) => {
      const [value, minimum] = [a / 1000, b / 1000];
      const short = shortfalls({ accuracy: String(minimum) }, [metric('accuracy', Math.fround(value))]);
      expect(short).toEqual(a >= b ? [] : [`accuracy is ${value}, less than ${minimum}`]);
    }),
    { numRuns: 500 },
  );
});

test('tells every metric that falls short, with both numbers', () => {
  expect(
    shortfalls({ 'validation:accuracy': '0.75', 'test:accuracy': 0.5, 'test:f1': '0.6' }, [
      metric('validation:accuracy', 0.7099999785423279),
      metric('test:accuracy', 0.5),
      metric('train:loss', 0.2),
    ]),
  ).toEqual([
    'validation:accuracy is 0.71, less than 0.75',
    'test:f1 was not reported (reported: validation:accuracy, test:accuracy, train:loss)',
  ]);
});

test('fails a metric that is not a number, and a job without metrics', () => {
  expect(shortfalls({ accuracy: '0' }, [metric('accuracy', Number.NaN)])).toEqual([
    'accuracy is NaN, less than 0',
  ]);
  expect(shortfalls({ accuracy: '0' }, undefined)).toEqual(['accuracy was not reported (reported: none)']);
});

test.each(['', 'high', ' '])('fails a minimum of "%s"', (minimum) => {
  expect(shortfalls({ accuracy: minimum }, [metric('accuracy', 1)])).toEqual([
    `accuracy has the minimum "${minimum}", which is not a number`,
  ]);
});

test('only what was added or raised has yet to be passed', () => {
  expect(
    raisedMinimums({ a: '0.5', b: '0.5', c: '0.5' }, { a: '0.5', b: '0.6', c: '0.4', d: '0.1' }),
  ).toEqual({
    b: '0.6',
    d: '0.1',
  });
});
