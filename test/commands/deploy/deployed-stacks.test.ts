import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
  GetTemplateCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { deployedStacks } from '../../../lib/commands/deploy/deployed-stacks';

const cloudformation = mockClient(CloudFormationClient);
beforeEach(() => cloudformation.reset());

const absent = new CloudFormationServiceException({
  name: 'ValidationError',
  message: 'Stack with id unet-endpoint does not exist',
  $fault: 'client',
  $metadata: {},
});

function has(status: StackStatus) {
  cloudformation.on(DescribeStacksCommand).rejects(absent);
  cloudformation.on(DescribeStacksCommand, { StackName: 'unet-training' }).resolves({
    Stacks: [{ StackName: 'unet-training', CreationTime: new Date(), StackStatus: status }],
  });
  cloudformation.on(GetTemplateCommand).resolves({ TemplateBody: '{"Resources":{}}' });
}

function look() {
  const names = ['unet-training', 'unet-endpoint'];
  const assets = new Map([['key.zip', '/here.zip']]);
  const declared = names.map((name) => ({ name, template: {}, assets }));
  return deployedStacks(new CloudFormationClient(), names, declared, new AbortController().signal);
}

test('a stack is what was deployed last, with the files that the app has under the same keys', async () => {
  has('UPDATE_ROLLBACK_COMPLETE');
  expect(await look()).toEqual([
    { name: 'unet-training', template: { Resources: {} }, assets: new Map([['key.zip', '/here.zip']]) },
  ]);
});

test.each<StackStatus>(['ROLLBACK_COMPLETE', 'CREATE_FAILED', 'REVIEW_IN_PROGRESS'])(
  'a stack that is %s counts as none',
  async (status) => {
    has(status);
    expect(await look()).toEqual([]);
  },
);

test.each<StackStatus>(['UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'])(
  'a stack that is %s is to be waited for',
  async (status) => {
    has(status);
    await expect(look()).rejects.toThrow(
      `unet-training is ${status}: wait until that has ended (npm run watch follows a training), then deploy again`,
    );
  },
);

test('another failure of CloudFormation is not taken for a stack that is not there', async () => {
  cloudformation.on(DescribeStacksCommand).rejects(
    new CloudFormationServiceException({
      name: 'Throttling',
      message: 'Rate exceeded',
      $fault: 'client',
      $metadata: {},
    }),
  );
  await expect(look()).rejects.toThrow('Rate exceeded');
});
