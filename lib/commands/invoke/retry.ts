import { setTimeout as delay } from 'node:timers/promises';
import { PredictionError, type RetryAdvice } from './predictor';

/** How often one request is tried at most. Eight attempts wait for about half a minute: the cold start of a small serverless model. */
const MAXIMUM_ATTEMPTS: Record<RetryAdvice, number> = { never: 1, briefly: 4, patiently: 8 };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Waits; rejects as soon as the signal aborts. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const waitFor: Wait = (milliseconds, signal) => delay(milliseconds, undefined, { signal });

/**
 * Runs the attempt again while its PredictionError advises so, with exponential backoff and jitter: each wait is drawn between half of
 * the backoff and the whole of it, so that callers throttled together do not come back together.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  wait: Wait = waitFor,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof PredictionError) || attempts >= MAXIMUM_ATTEMPTS[error.retry]) {
        throw error;
      }
      const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1));
      await wait(backoff * (0.5 + Math.random() / 2), signal);
    }
  }
}
