import { failureText, stackEvent } from '../../../lib/commands/deploy/cdk-output';

test.each([
  [
    'unet-training |  4/10 | 4:33:33 AM | UPDATE_COMPLETE         | Custom::SageMakerTrainingJob             | TrainingJob/Resource/Default (TrainingJobC32D198B) ',
    {
      stack: 'unet-training',
      done: '4/10',
      status: 'UPDATE_COMPLETE',
      type: 'Custom::SageMakerTrainingJob',
      resource: 'TrainingJob/Resource/Default',
    },
  ],
  [
    'unet-workspace | 17/17 | 11:28:09 PM | CREATE_COMPLETE      | AWS::CloudFormation::Stack | unet-workspace ',
    {
      stack: 'unet-workspace',
      done: '17/17',
      status: 'CREATE_COMPLETE',
      type: 'AWS::CloudFormation::Stack',
      resource: 'unet-workspace',
    },
  ],
])('a line about a resource is read: %s', (line, event) => {
  expect({ ...stackEvent(line) }).toEqual(event);
});

test.each([
  'unet-training: deploying... [2/3]',
  'unet-workspace: start: Building unet-workspace Template',
  'unet-workspace.BucketName = a | b | c',
  '',
])('any other line is none: %j', (line) => {
  expect(stackEvent(line)).toBeUndefined();
});

test('a failure is told from its cross on, without where in the app it is declared', () => {
  expect(
    failureText([
      'unet-training: creating CloudFormation changeset...',
      '❌  unet-training failed to deploy',
      "  WaitCondition received failed message: 'training job failed'",
      'Source Location: new TrainingJob (lib/training/training-job.ts:167:18)',
      '                 new TrainingStack (lib/project/training-stack.ts:14:17)',
    ]),
  ).toBe(
    "❌  unet-training failed to deploy\n  WaitCondition received failed message: 'training job failed'",
  );
});

test('where the CLI shows no cross, its last lines are told', () => {
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  expect(failureText(lines)).toBe(lines.slice(-12).join('\n'));
});
