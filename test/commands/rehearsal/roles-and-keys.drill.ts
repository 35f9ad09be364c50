import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { IAMClient, ListRolesCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { GetObjectCommand, PutObjectCommand, waitUntilObjectExists } from '@aws-sdk/client-s3';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { type App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Hosting } from '../../../lib/endpoint/hosting';
import type { SageMakerProjectProps } from '../../../lib/project/sagemaker-project';
import { Drill } from './drill-project';

const PYTHON = join(__dirname, '../../../.venv/bin/python');
const folder = mkdtempSync(join(tmpdir(), 'notebook-'));
let drill: Drill;

beforeAll(async () => {
  drill = await Drill.start('closed');
}, 300_000);
afterAll(async () => {
  await drill.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

/** The account's own stack, with a key. */
function account(app: App): { stack: Stack; kmsKey: Key } {
  const stack = new Stack(app, 'account');
  return { stack, kmsKey: new Key(stack, 'Key', { removalPolicy: RemovalPolicy.DESTROY }) };
}

function underKey(props: SageMakerProjectProps, app: App): SageMakerProjectProps {
  const notebook = { ...props.notebook!, idleTimeout: Duration.hours(1) };
  return { ...props, notebook, kmsKey: account(app).kmsKey };
}

function underKeyByOwnRoles(props: SageMakerProjectProps, app: App): SageMakerProjectProps {
  const { stack, kmsKey } = account(app);
  // The network of somebody else's stacks, with a group of this account's: the instances of a job must reach each other.
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: ['subnet-0123456789abcdef0'],
  });
  const group = new SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false });
  group.addIngressRule(group, Port.allTraffic());
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(443));
  group.connections.allowTo(
    SecurityGroup.fromSecurityGroupId(stack, 'Other', 'sg-0123456789abcdef0'),
    Port.tcp(80),
  );
  const role = (id: string) =>
    new Role(stack, id, { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') });
  return {
    ...props,
    kmsKey,
    training: {
      ...props.training!,
      role: role('Job'),
      instanceCount: 2,
      vpc,
      securityGroups: [group],
    },
    // With a group of the project's own.
    hosting: Hosting.async({ instanceType: 'ml.m5.xlarge', role: role('Model'), vpc }),
    notebook: { ...props.notebook!, idleTimeout: Duration.hours(1), role: role('Notebook') },
  };
}

/** An output of the workspace. */
async function output(key: string): Promise<string> {
  const { Stacks = [] } = await drill.cloudformation.send(
    new DescribeStacksCommand({ StackName: 'closed-workspace' }),
  );
  return Stacks[0]!.Outputs!.find(({ OutputKey }) => OutputKey === key)!.OutputValue!;
}

/** What roles were refused so far. */
async function refused(): Promise<string[]> {
  const { decisions } = await drill.aws.decisions();
  return decisions
    .filter(({ allowed }) => !allowed)
    .map(({ role, action, resource }) => `${role.split('/').at(-1)!} ${action} ${resource}`);
}

/** The actions on keys that a role was allowed. */
async function onKeys(role: RegExp): Promise<string[]> {
  const { decisions } = await drill.aws.decisions();
  const found = decisions.filter(
    (one) => one.action.startsWith('kms:') && one.allowed && role.test(one.role),
  );
  return [...new Set(found.map(({ action }) => action))].sort();
}

// Each begins where the one before it ended.
test('a project under a key trains and serves, and each role uses the key as it must', async () => {
  const { exitCode, stderr } = await drill.deploy({ declare: underKey });
  expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
  expect(await drill.predict()).toBe(2);
  expect(await refused()).toEqual([]);
  expect(await onKeys(/JobRole/)).toEqual(['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey']);
  expect(await onKeys(/ModelRole/)).toEqual(['kms:CreateGrant', 'kms:Decrypt']);
  expect(await onKeys(/DatasetsRole/)).toEqual(['kms:GenerateDataKey']);
}, 300_000);

test("a person's boto3 and the idle stop on the notebook do what its role is for, and nothing else", async () => {
  const config = drill.aws.clientConfig;
  const { Roles = [] } = await new IAMClient(config).send(new ListRolesCommand({}));
  const role = Roles.find(({ RoleName }) => /^closed-workspace-NotebookRole/.test(RoleName!))!;
  // SageMaker takes the role on; here the person does, who says so in its trust.
  await new IAMClient(config).send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: role.RoleName,
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'sagemaker.amazonaws.com', AWS: '123456789012' },
          },
        ],
      }),
    }),
  );
  const { Credentials } = await new STSClient(config).send(
    new AssumeRoleCommand({ RoleArn: role.Arn, RoleSessionName: 'SageMaker' }),
  );
  const bucket = await output('BucketName');
  const instance = await output('NotebookInstanceName');
  const printed = execFileSync(
    PYTHON,
    [join(__dirname, 'notebook_stand_in.py'), bucket, 'closed', instance, folder],
    {
      env: {
        ...process.env,
        ...drill.aws.variables,
        AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey,
        AWS_SESSION_TOKEN: Credentials!.SessionToken,
      },
      encoding: 'utf8',
    },
  );
  expect(JSON.parse(printed)).toEqual({
    head_bucket: 'done',
    list_objects_v2: 'done',
    put_object: 'done',
    get_object: 'done',
    delete_object: 'done',
    invoke_endpoint: 'done',
    create_log_group: 'done',
    create_log_stream: 'done',
    put_log_events: 'done',
    delete_endpoint: 'AccessDeniedException',
    describe_training_job: 'AccessDeniedException',
    list_buckets: 'AccessDenied',
    list_roles: 'AccessDenied',
    'idle stop': 'done',
  });
  expect(await onKeys(/NotebookRole/)).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
}, 60_000);

test("in a VPC, roles of a person's own get what they need from here, and train and serve asynchronously", async () => {
  const before = await refused();
  const { exitCode, stderr } = await drill.deploy({ declare: underKeyByOwnRoles, factor: 3 });
  expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
  const Bucket = await output('BucketName');
  const Key = 'async/input/one.json';
  await drill.s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify({ instances: [1] }) }));
  const { OutputLocation } = await drill.runtime.send(
    new InvokeEndpointAsyncCommand({
      EndpointName: 'closed-async',
      ContentType: 'application/json',
      InputLocation: `s3://${Bucket}/${Key}`,
    }),
  );
  const answer = { Bucket, Key: OutputLocation!.split('/').slice(3).join('/') };
  await waitUntilObjectExists({ client: drill.s3, maxWaitTime: 60, minDelay: 1 }, answer);
  const { Body } = await drill.s3.send(new GetObjectCommand(answer));
  expect(JSON.parse(await Body!.transformToString())).toEqual({ predictions: [3] });
  expect(await refused()).toEqual(before);
  expect(await onKeys(/account-Job/)).toEqual(['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey']);
  expect(await onKeys(/account-Model/)).toEqual(['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey']);
}, 300_000);

test("a destroy of it all leaves nothing but the account's key, whose deletion is scheduled, and the notebook's log", async () => {
  const { exitCode, stderr } = await drill.destroy({ declare: underKeyByOwnRoles });
  expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
  expect(await drill.left()).toEqual([
    expect.stringMatching(/^kms Key /),
    // Nobody's but SageMaker's, in a group of the whole account.
    'logs LogGroup /aws/sagemaker/NotebookInstances',
  ]);
}, 300_000);
