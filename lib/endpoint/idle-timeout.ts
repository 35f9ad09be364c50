const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** SageMaker's metrics come by the minute and some minutes late: a shorter period would call an endpoint idle that is not. */
const SHORT_PERIOD = 5 * MINUTE;

/**
 * The period, in seconds, of an alarm that measures an idle timeout, which is a multiple of it.
 * CloudWatch's limits (PutMetricAlarm): period times evaluation periods is at most one day for periods under an hour,
 * and at most seven days for longer ones.
 */
export function idleAlarmPeriod(idleTimeout: number): number {
  return idleTimeout <= DAY ? SHORT_PERIOD : HOUR;
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
      `${refused} is less than the alarm's period of 5 minutes; use Duration.minutes(5) or more, ` +
        'or Hosting.serverless(), which costs nothing at rest',
    ];
  }
  if (idleTimeout > 7 * DAY) {
    return [
      `${refused} is more than the 7 days that a CloudWatch alarm can look back; use Duration.days(7) or less, ` +
        'or leave idleTimeout out to delete the stack by hand',
    ];
  }
  const period = idleAlarmPeriod(idleTimeout);
  const above = Math.ceil(idleTimeout / period) * period;
  return above === idleTimeout
    ? []
    : [
        `${refused} is no multiple of the alarm's period, which is 5 minutes up to one day and 1 hour beyond; ` +
          `use Duration.${period === HOUR ? `hours(${above / HOUR})` : `minutes(${above / MINUTE})`}`,
      ];
}
