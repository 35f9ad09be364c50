import * as fc from 'fast-check';
import { PredictionError, type RetryAdvice } from '../../../lib/commands/invoke/predictor';
import { withRetries } from '../../../lib/commands/invoke/retry';

const signal = new AbortController().signal;

/** Runs an attempt that always fails; tells how often it ran and how long it would have waited. */
async function exhaust(error: Error) {
  const waits: number[] = [];
  let attempts = 0;
  const run = withRetries(
    () => {
      attempts++;
      return Promise.reject(error);
    },
    signal,
    async (milliseconds) => void waits.push(milliseconds),
  );
  await expect(run).rejects.toBe(error);
  return { attempts, waits };
}

test.each<[RetryAdvice, number]>([
  ['never', 1],
  ['briefly', 4],
  ['patiently', 8],
])('what fails and is to be retried %s is tried %i times', async (retry, expected) => {
  const { attempts, waits } = await exhaust(new PredictionError('no', retry));
  expect(attempts).toBe(expected);
  expect(waits).toHaveLength(expected - 1);
});

test('an error of the program is not retried', async () => {
  expect((await exhaust(new TypeError('oops'))).attempts).toBe(1);
});

test('waits grow, within their bounds, and are not all the same', async () => {
  const runs = await Promise.all(
    Array.from({ length: 20 }, () => exhaust(new PredictionError('no', 'patiently'))),
  );
  for (const { waits } of runs) {
    for (const [index, wait] of waits.entries()) {
      const backoff = Math.min(15_000, 500 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(backoff / 2);
      expect(wait).toBeLessThanOrEqual(backoff);
    }
  }
  expect(new Set(runs.map(({ waits }) => waits[0])).size).toBeGreaterThan(1);
});

test('the first success is the answer, after any number of failures that are allowed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(7), async (failures) => {
      let attempts = 0;
      const attempt = async () => {
        if (attempts++ < failures) {
          throw new PredictionError('busy', 'patiently');
        }
        return 'answer';
      };
      await expect(withRetries(attempt, signal, async () => undefined)).resolves.toBe('answer');
      expect(attempts).toBe(failures + 1);
    }),
  );
});

test('an abort ends the wait', async () => {
  const abortion = new AbortController();
  const run = withRetries(() => Promise.reject(new PredictionError('busy', 'patiently')), abortion.signal);
  setImmediate(() => abortion.abort());
  await expect(run).rejects.toThrow(/abort/i);
});
