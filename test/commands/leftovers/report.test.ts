import { renderReport } from '../../../lib/commands/leftovers/report';
import type { Leftover } from '../../../lib/commands/leftovers/leftover';

/** A log group with some bytes in it. */
function logGroup(perHour: number): Leftover {
  return {
    type: 'log group',
    name: '/aws/lambda/unet',
    region: 'eu-central-1',
    detail: '2 kB',
    foundBy: ['name'],
    cost: { perHour, unknown: [] },
    removal: ['aws logs delete-log-group --log-group-name /aws/lambda/unet'],
  };
}

test('what costs less than a cent in a month is told as that, in its row and in the sum', () => {
  const report = renderReport({ leftovers: [logGroup(8.45e-11)], blindSpots: [] });

  expect(report).toContain('1 left, < $0.00001/h');
  expect(report).toMatch(/^< \$0\.00001 +log group/m);
});

test('the sum is that of the rows', () => {
  const report = renderReport({ leftovers: [logGroup(0.2), logGroup(0.03)], blindSpots: [] });

  expect(report).toContain('2 left, $0.23/h');
});
