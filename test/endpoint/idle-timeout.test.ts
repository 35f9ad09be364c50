import fc from 'fast-check';
import { idleAlarmPeriod, idleTimeoutProblems } from '../../lib/endpoint/idle-timeout';

const DAY = 86_400;

test('every accepted timeout is an alarm that CloudWatch takes, and as long as the timeout', () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: 1, max: 300 }).map((n) => n * 300),
        fc.integer({ min: 1, max: 200 }).map((n) => n * 3600),
        fc.integer({ min: -1, max: 8 * DAY }),
      ),
      (idleTimeout) => {
        if (idleTimeoutProblems(idleTimeout).length > 0) return;
        accepted += 1;
        const period = idleAlarmPeriod(idleTimeout);
        expect(idleTimeout % period).toBe(0);
        expect(idleTimeout).toBeGreaterThanOrEqual(period);
        expect(period % 60).toBe(0);
        // PutMetricAlarm: "The sum of period × evaluation periods" is at most one day, or seven for periods from an hour.
        expect(idleTimeout).toBeLessThanOrEqual(period < 3600 ? DAY : 7 * DAY);
      },
    ),
    { numRuns: 500 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test.each([
  [0, /0 seconds is less than the alarm's period of 5 minutes; use Duration\.minutes\(5\) or more/],
  [299, /299 seconds is less than the alarm's period/],
  [301, /no multiple of the alarm's period.*use Duration\.minutes\(10\)$/],
  [DAY + 300, /no multiple of the alarm's period.*use Duration\.hours\(25\)$/],
  [7 * DAY + 3600, /more than the 7 days that a CloudWatch alarm can look back/],
])('%d seconds are refused, with the way out', (seconds, message) => {
  expect(idleTimeoutProblems(seconds)).toEqual([expect.stringMatching(message)]);
});

test('the way out that a refusal names is accepted', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 * DAY }), (idleTimeout) => {
      const [problem] = idleTimeoutProblems(idleTimeout);
      const [, unit, count] = /Duration\.(minutes|hours)\((\d+)\)/.exec(problem ?? '') ?? [];
      const offered = unit ? Number(count) * (unit === 'hours' ? 3600 : 60) : idleTimeout;
      expect(idleTimeoutProblems(offered)).toEqual([]);
    }),
  );
});
