/**
 * How an alarm measures an idle timeout.
 * CloudWatch's limits (PutMetricAlarm): period times evaluation periods is at most one day for periods under an hour,
 * and at most seven days for longer ones.
 */
export interface IdleAlarmTiming {
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** SageMaker's metrics come by the minute and some minutes late: a shorter period would call an endpoint idle that is not. */
const SHORT_PERIOD = 5 * MINUTE;
const LONG_PERIOD = HOUR;

/** The timing of an idle timeout in seconds that {@link idleTimeoutProblems} has nothing against. */
export function idleAlarmTiming(idleTimeout: number): IdleAlarmTiming {
  const period = periodOf(idleTimeout);
  return { period, evaluationPeriods: idleTimeout / period };
}

/**
 * What is wrong with an endpoint's idle timeout; empty when nothing is.
 *
 * @param idleTimeout seconds
 */
export function idleTimeoutProblems(idleTimeout: number): string[] {
  const refused = `hosting.idleTimeout: ${idleTimeout} seconds`;
  if (idleTimeout < SHORT_PERIOD) {
    return [
      `${refused} is less than the alarm's period of ${SHORT_PERIOD / MINUTE} minutes; use Duration.minutes(${SHORT_PERIOD / MINUTE}) or more, ` +
        'or Hosting.serverless(), which costs nothing at rest',
    ];
  }
  if (idleTimeout > 7 * DAY) {
    return [
      `${refused} is more than the 7 days that a CloudWatch alarm can look back; use Duration.days(7) or less, ` +
        'or leave idleTimeout out to delete the stack by hand',
    ];
  }
  const period = periodOf(idleTimeout);
  if (idleTimeout % period !== 0) {
    const [unit, seconds] = period === SHORT_PERIOD ? ['minutes', MINUTE] : ['hours', HOUR];
    const above = (Math.ceil(idleTimeout / period) * period) / Number(seconds);
    return [
      `${refused} is no multiple of the alarm's period, which is 5 minutes up to one day and 1 hour beyond; ` +
        `use Duration.${unit}(${above})`,
    ];
  }
  return [];
}

function periodOf(idleTimeout: number): number {
  return idleTimeout <= DAY ? SHORT_PERIOD : LONG_PERIOD;
}
