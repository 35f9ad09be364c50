import { Duration } from 'aws-cdk-lib';
import { Channel } from '../../lib/training/channel';
import { type Training, withDefaults } from '../../lib/training/training';
import { identityHash, trainingIdentity, type TrainingRequest } from '../../lib/training/training-request';

const training: Training = withDefaults({
  sourceDir: 'training',
  entryPoint: 'train.py',
  instanceType: 'ml.m5.xlarge',
  channels: { training: Channel.fromS3('s3://some-bucket/x/') },
});

/** The identity of a job whose times have come to this. */
function identity(changes: Partial<Training>, MaxRuntimeInSeconds: number): string {
  const request = { StoppingCondition: { MaxRuntimeInSeconds } } as TrainingRequest;
  return identityHash(trainingIdentity({ ...training, ...changes }, request));
}

test('another price makes the run that a budget pays for another, and no other training', () => {
  expect(identity({ budget: 5 }, 3600)).toBe(identity({ budget: 5 }, 3500));
});

test('another budget, run or wait is another training, whatever the prices make of it', () => {
  const identities = [
    { budget: 5 },
    { budget: 6 },
    { budget: 5, maxRuntime: Duration.hours(1) },
    { budget: 5, maxWait: Duration.hours(1) },
  ].map((changes) => identity(changes, 3600));
  expect(new Set(identities).size).toBe(4);
});

test('without a budget the times are part of the request', () => {
  expect(identity({}, 3600)).not.toBe(identity({}, 3500));
});
