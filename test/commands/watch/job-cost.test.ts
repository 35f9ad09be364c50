import { costNotes, costText } from '../../../lib/commands/watch/job-cost';
import { CREATED, endedJob, trainingJob } from './training-jobs';

const PRICES = {
  'us-east-1': { training: { date: '2026', source: 'test', prices: { 'ml.m5.xlarge': 0.25 } } },
};
const at = (seconds: number) => CREATED + seconds * 1000;

test.each([
  [
    'before its instances start nothing',
    trainingJob({ TrainingStartTime: undefined }),
    3600,
    '$0 so far, at most $1',
  ],
  // Two instances at $0.25 for an hour, from the training's start and not from the job's creation.
  ['every instance from the training’s start on', trainingJob(), 3630, '$0.50 so far, at most $1'],
  ['no less than nothing where the clocks differ', trainingJob(), 0, '$0 so far, at most $1'],
  [
    'on spot instances perhaps less',
    trainingJob({ EnableManagedSpotTraining: true }),
    3630,
    '$0.50 so far, at most $1, less by spot',
  ],
  [
    'at the end the billable time',
    endedJob('Completed', { BillableTimeInSeconds: 1800 }),
    9999,
    'cost $0.25',
  ],
  [
    'at the end the time it took, where no billable time is given',
    endedJob('Failed', { BillableTimeInSeconds: undefined }),
    9999,
    'cost $0.0833',
  ],
])('a job costs %s', (_title, job, seconds, expected) => {
  expect(costText(job, 'us-east-1', at(seconds), PRICES)).toBe(expected);
});

test('an unknown price is said to be unknown, and how to know it', () => {
  expect(costText(trainingJob(), 'eu-west-1', at(3630), PRICES)).toBe('cost unknown');
  expect(costNotes(trainingJob(), 'eu-west-1', PRICES)).toEqual([
    expect.stringMatching(/^not in the cost: .*npm run prices -- --region eu-west-1/),
  ]);
});

test('the volumes are in what it costs at most', () => {
  const prices = {
    'us-east-1': {
      ...PRICES['us-east-1'],
      volume: { date: '2026', source: 'test', prices: { training: 0.73 } },
    },
  };
  const job = trainingJob({
    ResourceConfig: {
      InstanceType: 'ml.m5.xlarge',
      InstanceCount: 2,
      VolumeSizeInGB: 1000,
    },
  });
  // Each hour: two instances at $0.25 and two volumes of 1000 GB at $0.73 for 730 hours.
  expect(costText(job, 'us-east-1', at(3630), prices)).toBe('$2.50 so far, at most $5');
});
