import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { idleGuardHandler } from '../../lib/endpoint/idle-guard.lambda';
import type { IdleGuardEvent } from '../../lib/endpoint/idle-guard-contract';

const STACK_ID = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/unet-endpoint/5b918d10';
const TOPIC_ARN = 'arn:aws:sns:eu-west-1:111122223333:topic';
const MOMENT = new Date('2026-03-01T12:00:00.250Z');

const cloudformation = mockClient(CloudFormationClient);
const cloudwatch = mockClient(CloudWatchClient);
const sagemaker = mockClient(SageMakerClient);
const sns = mockClient(SNSClient);

function world({ stack = {}, invocations = [] as number[], changeSets = [] as object[] } = {}): void {
  const stackNow = {
    StackStatus: 'UPDATE_COMPLETE',
    RoleARN: 'arn:aws:iam::111122223333:role/exec',
    CreationTime: new Date('2026-02-01T00:00:00Z'),
    ...stack,
  };
  cloudformation.on(DescribeStacksCommand, { StackName: STACK_ID }).resolves({ Stacks: [stackNow as Stack] });
  cloudformation.on(ListChangeSetsCommand).resolves({ Summaries: changeSets });
  cloudformation.on(DeleteStackCommand).resolves({});
  sagemaker
    .on(DescribeEndpointCommand, { EndpointName: 'unet' })
    .resolves({ EndpointStatus: 'InService', LastModifiedTime: new Date('2026-02-01T00:00:00Z') } as never);
  cloudwatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Values: invocations }] });
  cloudwatch.on(SetAlarmStateCommand).resolves({});
  sns.on(PublishCommand).resolves({});
}

/** As CloudWatch writes it, with an offset that has no colon. */
const event = {
  source: 'aws.cloudwatch',
  alarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:unet-idle',
  time: '2026-03-01T12:00:00.250+0000',
  alarmData: { alarmName: 'unet-idle' },
} as IdleGuardEvent;

const invoke = (variables: { TOPIC_ARN?: string } = { TOPIC_ARN }, called: IdleGuardEvent = event) =>
  idleGuardHandler({
    cloudformation: new CloudFormationClient({}),
    cloudwatch: new CloudWatchClient({}),
    sagemaker: new SageMakerClient({}),
    sns: new SNSClient({}),
    environment: {
      STACK_ID,
      ENDPOINT_NAME: 'unet',
      VARIANT_NAME: 'AllTraffic',
      IDLE_TIMEOUT_SECONDS: '7200',
      ...variables,
    },
  })(called);

const deletions = () => cloudformation.commandCalls(DeleteStackCommand).map(({ args }) => args[0].input);
const rearmed = () => cloudwatch.commandCalls(SetAlarmStateCommand).map(({ args }) => args[0].input);
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

beforeEach(() => {
  for (const mock of [cloudformation, cloudwatch, sagemaker, sns]) mock.reset();
  jest.spyOn(console, 'log').mockReturnValue();
  jest.spyOn(console, 'error').mockReturnValue();
});

test('an idle endpoint is told of and then its own stack deleted, once for all deliveries of one alarm', async () => {
  world();
  cloudformation.on(DeleteStackCommand).callsFake(() => {
    expect(mails()).not.toEqual([]);
    return {};
  });
  await invoke();
  await invoke();
  const deletion = { StackName: STACK_ID, ClientRequestToken: `idle-${MOMENT.getTime()}` };
  expect(deletions()).toEqual([deletion, deletion]);
  expect(mails()[0]).toMatchObject({
    TopicArn: TOPIC_ARN,
    Subject: 'Endpoint unet is idle and being deleted',
    Message: expect.stringContaining(
      'no invocation for 2 hours. Its stack unet-endpoint is being deleted now',
    ),
  });
  expect(rearmed()).toEqual([]);
});

test('what was invoked since the timeout began counts, also what came after the alarm', async () => {
  world({ invocations: [1, 2] });
  await invoke();
  expect(deletions()).toEqual([]);
  expect(rearmed()).toEqual([
    { AlarmName: 'unet-idle', StateValue: 'OK', StateReason: 'Not deleted: the endpoint had 3 invocations' },
  ]);
  const [query] = cloudwatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input);
  expect(query?.StartTime).toEqual(new Date('2026-03-01T10:00:00.250Z'));
  expect(query?.EndTime?.getTime()).toBeGreaterThan(Date.now());
});

test('a deploy that is over counts as use, though the endpoint stayed as it was', async () => {
  world({ stack: { LastUpdatedTime: new Date('2026-03-01T11:59:00Z') } });
  await invoke();
  expect(deletions()).toEqual([]);
  expect(rearmed()).toHaveLength(1);
});

test('a deploy under way is left alone, and the alarm set back', async () => {
  world({ stack: { StackStatus: 'UPDATE_IN_PROGRESS' } });
  await invoke();
  expect([deletions(), mails()]).toEqual([[], []]);
  expect(rearmed()).toHaveLength(1);
});

test('a change set that waits is a deploy; one that was executed or failed is none', async () => {
  const CreationTime = MOMENT;
  world({ changeSets: [{ CreationTime, ExecutionStatus: 'AVAILABLE', Status: 'CREATE_COMPLETE' }] });
  await invoke();
  world({ changeSets: [{ CreationTime, ExecutionStatus: 'UNAVAILABLE', Status: 'CREATE_IN_PROGRESS' }] });
  await invoke();
  expect(deletions()).toEqual([]);
  world({ changeSets: [{ CreationTime, ExecutionStatus: 'UNAVAILABLE', Status: 'FAILED' }] });
  await invoke();
  expect(deletions()).toHaveLength(1);
});

test('a look of the schedule deletes what the alarm could not, and tells nobody again what a person must do', async () => {
  const look = { time: '2026-03-01T12:00:00Z', alarmData: { alarmName: 'unet-idle' }, bySchedule: true };
  world();
  cloudformation.on(DescribeStacksCommand).rejects(new Error('Rate exceeded'));
  await expect(invoke()).rejects.toThrow('Rate exceeded');
  world();
  await invoke({ TOPIC_ARN }, look);
  expect(deletions()).toHaveLength(1);
  expect(mails()).toHaveLength(1);
  world({ stack: { EnableTerminationProtection: true } });
  await invoke({ TOPIC_ARN }, look);
  expect([deletions(), mails()].map(({ length }) => length)).toEqual([1, 1]);
});

test('termination protection and a missing execution role are told of, once per idle spell', async () => {
  world({ stack: { EnableTerminationProtection: true } });
  await invoke();
  world({ stack: { RoleARN: undefined } });
  await invoke();
  expect([deletions(), rearmed()]).toEqual([[], []]);
  expect(mails().map(({ Message }) => Message)).toEqual([
    expect.stringMatching(/stays: the stack has termination protection.*'npx cdk destroy unet-endpoint'/),
    expect.stringMatching(/stays: CloudFormation has no role of its own/),
  ]);
});

test('a topic that is gone does not keep an endpoint that costs', async () => {
  world();
  sns.on(PublishCommand).rejects(new Error('Topic does not exist'));
  await invoke();
  expect(deletions()).toHaveLength(1);
});

test('a deletion that CloudFormation refuses fails the call, so that Lambda makes it again', async () => {
  world();
  cloudformation
    .on(DeleteStackCommand)
    .rejects(new Error('cannot be deleted while in status UPDATE_IN_PROGRESS'));
  await expect(invoke()).rejects.toThrow('UPDATE_IN_PROGRESS');
});

test('without an address nobody is told', async () => {
  world();
  await invoke({});
  expect(deletions()).toHaveLength(1);
  expect(mails()).toEqual([]);
});
