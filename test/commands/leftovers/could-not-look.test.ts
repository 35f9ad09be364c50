import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { BudgetsClient, DescribeBudgetsCommand } from '@aws-sdk/client-budgets';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetAccountAuthorizationDetailsCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  LambdaClient,
  ListFunctionsCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
} from '@aws-sdk/client-lambda';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { ListBucketsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeNotebookInstanceCommand,
  DescribeTrainingJobCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListNotebookInstanceLifecycleConfigsCommand,
  ListNotebookInstancesCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { leftoversCommand } from '../../../lib/commands/leftovers/leftovers-command';
import type { BlindSpot, Leftover } from '../../../lib/commands/leftovers/leftover';
import { RecordingTerminal } from '../../console/recording-terminal';

const JOB = 'unet-0123456789-01234567';
const date = new Date(0);
const IDENTITY = { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/x' };

/** An account in which every call is needed: each command with what it answers. */
const ACCOUNT: readonly (readonly [client: any, command: any, answer: object])[] = [
  [STSClient, GetCallerIdentityCommand, IDENTITY],
  [ResourceGroupsTaggingAPIClient, GetResourcesCommand, {}],
  [
    CloudFormationClient,
    DescribeStacksCommand,
    { Stacks: [{ StackName: 'unet-training', CreationTime: date, StackStatus: 'DELETE_FAILED' }] },
  ],
  [
    CloudFormationClient,
    ListStackResourcesCommand,
    {
      StackResourceSummaries: [
        {
          LogicalResourceId: 'Role',
          PhysicalResourceId: 'unet-training-Role-AB12CD34EF56',
          ResourceType: 'AWS::IAM::Role',
          ResourceStatus: 'DELETE_FAILED',
          ResourceStatusReason: 'Cannot delete entity, must detach all policies first.',
        },
        {
          LogicalResourceId: 'Job',
          PhysicalResourceId: 'unet-0123456789-76543210',
          ResourceType: 'Custom::SageMakerTrainingJob',
          ResourceStatus: 'DELETE_FAILED',
          ResourceStatusReason: 'CloudFormation did not receive a response from your custom resource.',
        },
      ],
    },
  ],
  [ApplicationAutoScalingClient, DescribeScalableTargetsCommand, {}],
  [BudgetsClient, DescribeBudgetsCommand, {}],
  [CloudWatchClient, DescribeAlarmsCommand, {}],
  [CloudWatchLogsClient, DescribeLogGroupsCommand, {}],
  [CloudWatchLogsClient, DescribeLogStreamsCommand, {}],
  [EC2Client, DescribeNetworkInterfacesCommand, {}],
  [
    EventBridgeClient,
    ListRulesCommand,
    { Rules: [{ Name: 'unet-training-Rule-AB12CD34EF56', State: 'ENABLED' }] },
  ],
  [EventBridgeClient, ListTargetsByRuleCommand, { Targets: [{ Id: 'Target0', Arn: 'x' }] }],
  [
    IAMClient,
    GetAccountAuthorizationDetailsCommand,
    { RoleDetailList: [{ RoleName: 'unet-training-Role-AB12CD34EF56' }] },
  ],
  [LambdaClient, ListFunctionsCommand, {}],
  [LambdaClient, ListLayersCommand, { Layers: [{ LayerName: 'unet-workspace-Layer-AB12CD34EF56' }] }],
  [LambdaClient, ListLayerVersionsCommand, { LayerVersions: [{ Version: 7 }] }],
  [S3Client, ListBucketsCommand, { Buckets: [{ Name: 'unet-workspace-data-ab12cd34ef56' }] }],
  [S3Client, ListObjectVersionsCommand, { Versions: [{ IsLatest: true, Size: 1024 ** 3 * 1000 }] }],
  [
    SageMakerClient,
    ListEndpointsCommand,
    { Endpoints: [{ EndpointName: 'unet', EndpointStatus: 'InService' }] },
  ],
  [
    SageMakerClient,
    DescribeEndpointCommand,
    {
      EndpointName: 'unet',
      EndpointConfigName: 'config',
      EndpointStatus: 'InService',
      ProductionVariants: [{ VariantName: 'AllTraffic', CurrentInstanceCount: 3 }],
    },
  ],
  [
    SageMakerClient,
    DescribeEndpointConfigCommand,
    {
      ProductionVariants: [
        { VariantName: 'AllTraffic', InstanceType: 'ml.m5.xlarge', InitialInstanceCount: 1 },
      ],
    },
  ],
  [SageMakerClient, ListEndpointConfigsCommand, {}],
  [SageMakerClient, ListModelsCommand, {}],
  [SageMakerClient, ListNotebookInstanceLifecycleConfigsCommand, {}],
  [
    SageMakerClient,
    ListNotebookInstancesCommand,
    {
      NotebookInstances: [
        { NotebookInstanceName: 'unet', NotebookInstanceStatus: 'Stopped', InstanceType: 'ml.t3.medium' },
      ],
    },
  ],
  [SageMakerClient, DescribeNotebookInstanceCommand, { VolumeSizeInGB: 5 }],
  [
    SageMakerClient,
    ListTrainingJobsCommand,
    { TrainingJobSummaries: [{ TrainingJobName: JOB, TrainingJobStatus: 'InProgress' }] },
  ],
  [
    SageMakerClient,
    DescribeTrainingJobCommand,
    {
      ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 2 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
    },
  ],
  [SNSClient, ListTopicsCommand, {}],
  [SSMClient, DescribeParametersCommand, {}],
];

const mocks = new Map(
  [...new Set(ACCOUNT.map(([client]) => client))].map((client) => [client, mockClient(client)]),
);

beforeEach(() => {
  for (const [client, command, answer] of ACCOUNT) {
    mocks.get(client)!.on(command).resolves(answer);
  }
});
afterEach(() => mocks.forEach((mock) => mock.reset()));
afterAll(() => mocks.forEach((mock) => mock.restore()));

async function run(...argv: string[]) {
  const terminal = new RecordingTerminal();
  const command = leftoversCommand({
    declaredProjects: () => Promise.resolve([{ name: 'unet', stackNames: ['unet-training'] }]),
    environment: { AWS_REGION: 'us-east-1' },
  });
  const code = await command(argv, { terminal, signal: new AbortController().signal });
  return { code, result: terminal.results.join('\n'), infos: terminal.infos.join('\n') };
}

function denied(name: string): Error {
  return Object.assign(new Error(`User: arn:aws:iam::1:user/x is not authorized to perform ${name}`), {
    name: 'AccessDeniedException',
  });
}

test('sees all of the account, and what it costs', async () => {
  const { code, result } = await run('--json');
  expect(code).toBe(1);
  const { leftovers, couldNotLookAt, total } = JSON.parse(result) as {
    leftovers: Leftover[];
    couldNotLookAt: BlindSpot[];
    total: { perHour: number };
  };
  expect(couldNotLookAt).toEqual([]);
  const costs = Object.fromEntries(leftovers.map(({ type, cost }) => [type, cost.perHour]));
  expect(costs).toEqual({
    'AWS::CloudFormation::Stack': 0,
    'AWS::Events::Rule': 0,
    'AWS::Lambda::LayerVersion': 0,
    // What runs, not what the configuration began with.
    'AWS::SageMaker::Endpoint': 3 * 0.23,
    'AWS::SageMaker::TrainingJob': 2 * 0.23,
    // It is stopped: its volume alone.
    'AWS::SageMaker::NotebookInstance': (5 * 0.14) / 730,
    'AWS::S3::Bucket': (1000 * 0.023) / 730,
    'AWS::IAM::Role': 0,
  });
  expect(total.perHour).toBeCloseTo(5 * 0.23 + 23.7 / 730);
  expect(leftovers[0]!.detail).toBe(
    'DELETE_FAILED; Role (unet-training-Role-AB12CD34EF56): Cannot delete entity, must detach all policies first.; ' +
      'Job (unet-0123456789-76543210): CloudFormation did not receive a response from your custom resource.',
  );
  // Another attempt would wait an hour for the function again.
  expect(leftovers[0]!.removal).toEqual([
    'aws cloudformation delete-stack --stack-name unet-training --region us-east-1 --retain-resources Job',
  ]);
  expect(leftovers.find(({ type }) => type.endsWith('Rule'))!.removal).toEqual([
    'aws events remove-targets --rule unet-training-Rule-AB12CD34EF56 --region us-east-1 --ids Target0',
    'aws events delete-rule --name unet-training-Rule-AB12CD34EF56 --region us-east-1',
  ]);
  expect(leftovers.find(({ type }) => type.endsWith('TrainingJob'))!.removal).toEqual([
    `aws sagemaker stop-training-job --training-job-name ${JOB} --region us-east-1`,
  ]);
});

test.each(ACCOUNT.map(([client, command]) => [command.name as string, client, command] as const))(
  'a denied %s is never an absence: exit code 2, its place named, the rest still listed',
  async (name, client, command) => {
    const all = JSON.parse((await run('--json')).result) as { leftovers: Leftover[] };
    mocks.get(client)!.on(command).rejects(denied(name));
    const { code, result } = await run('--json');
    const seen = JSON.parse(result) as { leftovers: Leftover[]; couldNotLookAt: BlindSpot[] };
    expect(code).toBe(2);
    expect(seen.couldNotLookAt).not.toEqual([]);
    for (const { what, why } of seen.couldNotLookAt) {
      expect(what).not.toBe('');
      expect(why).toContain(`is not authorized to perform ${name}`);
    }
    // A denied list hides its own kind, and nothing else.
    const hidden = all.leftovers.length - seen.leftovers.length;
    expect(hidden).toBeLessThanOrEqual(name.startsWith('GetCallerIdentity') ? all.leftovers.length : 1);
    const text = await run();
    expect(text.code).toBe(2);
    expect(text.result).toContain('could not look at');
    expect(text.infos).toContain(`is not authorized to perform ${name}`);
  },
);

test('says 2 and not 0 when nothing is found and something could not be seen', async () => {
  for (const [client, command] of ACCOUNT) {
    mocks.get(client)!.on(command).resolves({});
  }
  mocks.get(STSClient)!.on(GetCallerIdentityCommand).resolves(IDENTITY);
  expect(await run()).toMatchObject({ code: 0, result: '0 left' });
  mocks.get(SNSClient)!.on(ListTopicsCommand).rejects(denied('sns:ListTopics'));
  expect(await run()).toMatchObject({
    code: 2,
    result: 'could not look at 1 thing: this does not say that nothing is left',
  });
});

test('without credentials it says how to come by some', async () => {
  const absent = Object.assign(new Error('Could not load any'), { name: 'CredentialsProviderError' });
  mocks.get(STSClient)!.on(GetCallerIdentityCommand).rejects(absent);
  const { code, infos } = await run();
  expect(code).toBe(2);
  expect(infos).toContain('no AWS credentials (Could not load any): sign in (aws sso login, aws configure)');
});

test('a failed bucket stays listed, with an unknown cost', async () => {
  mocks.get(S3Client)!.on(ListObjectVersionsCommand).rejects(denied('s3:ListBucketVersions'));
  const { leftovers } = JSON.parse((await run('--json')).result) as { leftovers: Leftover[] };
  expect(leftovers.find(({ type }) => type === 'AWS::S3::Bucket')).toMatchObject({
    name: 'unet-workspace-data-ab12cd34ef56',
    detail: 'objects not seen',
    cost: { unknown: ['what it has cannot be seen'] },
  });
});

test('what has gone since it was listed is not told, and an endpoint whose configuration has gone still is', async () => {
  const gone = (name: string, message: string) => Object.assign(new Error(message), { name });
  mocks.get(S3Client)!.on(ListObjectVersionsCommand).rejects(gone('NoSuchBucket', 'none'));
  mocks
    .get(SageMakerClient)!
    .on(DescribeEndpointConfigCommand)
    .rejects(gone('ValidationException', 'Could not find endpoint configuration "config".'));
  const { code, result } = await run('--json');
  const { leftovers, couldNotLookAt } = JSON.parse(result) as {
    leftovers: Leftover[];
    couldNotLookAt: BlindSpot[];
  };
  expect(leftovers.map(({ type }) => type)).not.toContain('AWS::S3::Bucket');
  expect(leftovers.find(({ type }) => type.endsWith('Endpoint'))).toMatchObject({
    detail: 'InService',
    cost: { unknown: ['what it has cannot be seen'] },
  });
  expect(code).toBe(2);
  expect(couldNotLookAt).toMatchObject([
    { why: expect.stringContaining('its configuration config cannot be read') as string },
  ]);
});

test('counts objects to a bound, and says that there are more', async () => {
  const Versions = Array.from({ length: 1000 }, () => ({ IsLatest: true, Size: 1 }));
  const answer = { Versions, IsTruncated: true, NextKeyMarker: 'k' };
  mocks.get(S3Client)!.on(ListObjectVersionsCommand).resolves(answer);
  const { leftovers } = JSON.parse((await run('--json')).result) as { leftovers: Leftover[] };
  const bucket = leftovers.find(({ type }) => type === 'AWS::S3::Bucket')!;
  expect(bucket.detail).toBe('more than 20,000 objects, 20 kB');
  expect(bucket.cost.unknown).toEqual(['storage: there are more objects than were counted']);
});

test('names a tagged thing of a type that no finder knows, and not one that its own service no longer lists', async () => {
  const known = 'arn:aws:sagemaker:us-east-1:123456789012:model/gone';
  const unknown = 'arn:aws:kms:us-east-1:123456789012:key/1234';
  mocks
    .get(ResourceGroupsTaggingAPIClient)!
    .on(GetResourcesCommand)
    .resolves({ ResourceTagMappingList: [{ ResourceARN: known }, { ResourceARN: unknown }] });
  const { code, result } = await run('--json');
  const { leftovers } = JSON.parse(result) as { leftovers: Leftover[] };
  expect(code).toBe(1);
  expect(leftovers.filter(({ foundBy }) => foundBy.includes('tag'))).toEqual([
    expect.objectContaining({ type: 'kms:key', name: '1234', arn: unknown, foundBy: ['tag'] }),
  ]);
});

test('an interrupted look throws, and says nothing of what it did not see', async () => {
  const interruption = new AbortController();
  mocks
    .get(SNSClient)!
    .on(ListTopicsCommand)
    .callsFake(() => {
      interruption.abort();
      throw new Error('aborted');
    });
  const terminal = new RecordingTerminal();
  const command = leftoversCommand({
    declaredProjects: () => Promise.resolve([{ name: 'unet', stackNames: [] }]),
    environment: { AWS_REGION: 'us-east-1' },
  });
  await expect(command(['unet'], { terminal, signal: interruption.signal })).rejects.toThrow('aborted');
  expect(terminal.results).toEqual([]);
});
