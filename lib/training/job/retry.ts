import { isPassing, isThrottled } from './api-errors';

/** Time, injected so that tests need not wait. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

export interface RetryOptions {
  readonly clock: Clock;
  /** The moment of the clock after which no further attempt begins. */
  readonly until: number;
  readonly retryable: (error: unknown) => boolean;
}

/** How long one call may be repeated that is refused, in milliseconds: a new role is known everywhere well within this. */
const PATIENCE = 120_000;

const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 15_000;

/** Attempts again after a growing delay while the error is retryable and there is time; then throws the last error. */
export async function retry<T>(
  attempt: () => Promise<T>,
  { clock, until, retryable }: RetryOptions,
): Promise<T> {
  for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 2, LONGEST_DELAY)) {
    try {
      return await attempt();
    } catch (error) {
      if (!retryable(error) || clock.now() + delay > until) {
        throw error;
      }
    }
    await clock.sleep(delay);
  }
}

/**
 * Repeats a call of AWS while its error may pass: for a while, and as long as there is time if it is throttled, which nothing but time
 * mends. None begins beyond the moment after which nothing may.
 */
export function repeated<T>(
  { clock, until }: Pick<RetryOptions, 'clock' | 'until'>,
  send: () => Promise<T>,
  retryable: (error: unknown) => boolean,
): Promise<T> {
  const patient = clock.now() + PATIENCE;
  return retry(send, {
    clock,
    until,
    retryable: (error) => retryable(error) && (clock.now() < patient || isThrottled(error)),
  });
}

/** A client of AWS whose calls are repeated so. */
export function repeating<Client extends object>(
  client: Client,
  time: Pick<RetryOptions, 'clock' | 'until'>,
): Client {
  const { send } = client as { send: (command: unknown) => Promise<unknown> };
  return Object.create(client, {
    send: { value: (command: unknown) => repeated(time, () => send.call(client, command), isPassing) },
  }) as Client;
}
