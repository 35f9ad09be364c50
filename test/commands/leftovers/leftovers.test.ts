import { CloudFormationClient, waitUntilStackDeleteComplete } from '@aws-sdk/client-cloudformation';
import { leftoversCommand } from '../../../lib/commands/leftovers/leftovers-command';
import { endpointLogGroupName } from '../../../lib/names';
import type { Leftover } from '../../../lib/commands/leftovers/leftover';
import { RecordingTerminal } from '../../console/recording-terminal';
import { makeOneOfEach, makeRoleAndTopic, makeStack, makeUntaggable } from './account';
import { Emulator } from './emulator';

let emulator: Emulator;
const before = { ...process.env };

beforeAll(async () => {
  emulator = await Emulator.start();
  Object.assign(process.env, emulator.environment);
}, 120_000);

afterAll(async () => {
  await emulator.stop();
  process.env = before;
}, 60_000);

/** What `npm run leftovers -- ARGUMENTS --json` says. */
async function leftovers(...argv: string[]) {
  const terminal = new RecordingTerminal();
  const command = leftoversCommand({
    declaredProjects: () => Promise.resolve([{ name: 'unet', stackNames: ['unet-training'] }]),
    environment: process.env,
  });
  const code = await command([...argv, '--json'], { terminal, signal: new AbortController().signal });
  const { leftovers: found, couldNotLookAt } = JSON.parse(terminal.results.join('')) as {
    leftovers: Leftover[];
    couldNotLookAt: unknown[];
  };
  expect(couldNotLookAt).toEqual([]);
  return { code, found };
}

/** Removes what was found by the commands that were given, in their order. */
async function remove(found: readonly Leftover[]): Promise<void> {
  const commands = new Set(found.flatMap(({ removal }) => removal));
  await emulator.shell(
    [...commands].map((command) => command.replace(/^AWS_REGION=\S+ npx cdk destroy (\S+)$/, destroy('$1'))),
  );
}

/** The CDK CLI would ask for the app, which declares no such project: what it does in the end is this. */
const destroy = (stack: string) => `aws cloudformation delete-stack --stack-name ${stack}`;

const byKind = (found: readonly Leftover[]) =>
  Object.fromEntries(found.map(({ type, ...rest }) => [type.replace('AWS::', ''), rest]));

test('finds one of each by its name or its tag, nothing of a project with a similar name, and its commands remove it all', async () => {
  expect(await leftovers('unet')).toEqual({ code: 0, found: [] });
  // Others first: what is listed too much would then be seen.
  const others = [
    { own: 'unet2', generated: 'unet2-endpoint-Thing-AB12CD34EF56', tag: 'unet2' },
    { own: 'my-unet', generated: 'my-unet-training-Thing-AB12CD34EF56' },
    { own: 'unet-endpoint2', generated: 'unet-endpoint2-Thing-AB12CD34EF56' },
    { own: 'unet-endpoint', generated: 'unet-endpoint-workspace-Thing-AB12CD34EF56', tag: 'unet-endpoint' },
  ];
  for (const other of others) {
    const [logGroup, parameter] = [endpointLogGroupName(other.own), `/${other.own}/model-data-url`];
    await makeOneOfEach({ ...other, logGroup, parameter });
    await makeUntaggable(other.own);
  }
  await makeStack('unet2-training', '/unet2/stack');
  const theirs = (await emulator.inventory()).map(({ type, name }) => `${type} ${name}`);
  expect(await leftovers('unet')).toEqual({ code: 0, found: [] });

  await makeOneOfEach({
    generated: 'unet-endpoint-Thing-AB12CD34EF56',
    own: 'unet',
    logGroup: endpointLogGroupName('unet'),
    parameter: '/unet/model-data-url',
  });
  await makeUntaggable('unet');
  const named = await leftovers('unet');
  const kinds = byKind(named.found);
  expect(named.code).toBe(1);
  expect(Object.keys(kinds).toSorted()).toEqual([
    'ApplicationAutoScaling::ScalableTarget',
    'Budgets::Budget',
    'CloudWatch::Alarm',
    'EC2::NetworkInterface',
    'Events::Rule',
    'IAM::Role',
    'Lambda::Function',
    'Logs::LogGroup',
    'Logs::LogStream',
    'S3::Bucket',
    'SNS::Topic',
    'SSM::Parameter',
    'SageMaker::Endpoint',
    'SageMaker::EndpointConfig',
    'SageMaker::Model',
    'SageMaker::NotebookInstance',
    'SageMaker::NotebookInstanceLifecycleConfig',
  ]);
  expect(named.found.map(({ foundBy }) => foundBy)).toEqual(named.found.map(() => ['name']));
  expect(kinds['S3::Bucket']!.detail).toMatch(/^2 objects, 2 old versions, 1 delete marker, /);
  expect(kinds['SageMaker::NotebookInstance']).toMatchObject({
    detail: 'InService, ml.t3.medium',
    // The instance by the hour, and the 5 GB of its volume by the month.
    cost: { perHour: expect.closeTo(0.05 + (5 * 0.14) / 730, 6) },
  });
  expect(kinds['SageMaker::EndpointConfig']).toMatchObject({
    removal: [
      'aws sagemaker delete-endpoint-config --endpoint-config-name unet-endpoint-Thing-AB12CD34EF56 --region us-east-1',
    ],
    cost: { perHour: 0, unknown: [] },
  });
  expect(kinds['IAM::Role']!.region).toBe('global');

  await makeOneOfEach({
    generated: 'somebodys-Thing',
    own: 'somebodys-endpoint',
    logGroup: '/somebodys/group',
    parameter: '/somebodys/parameter',
    tag: 'unet',
  });
  const both = await leftovers('unet');
  const tagged = both.found.filter(({ foundBy }) => foundBy.includes('tag'));
  const untaggable = ['ApplicationAutoScaling::ScalableTarget', 'Budgets::Budget', 'Logs::LogStream'];
  expect(Object.keys(byKind(tagged)).toSorted()).toEqual(
    Object.keys(kinds)
      .filter((kind) => !untaggable.includes(kind))
      .toSorted(),
  );
  expect(both.found).toHaveLength(named.found.length + tagged.length);

  // The in-memory AWS knows all that was made: what is neither theirs nor found was missed.
  const texts = both.found.map(({ name, arn }) => `${name} ${arn}`).join('\n');
  const missed = (await emulator.inventory()).filter(
    ({ type, name }) => !theirs.includes(`${type} ${name}`) && !texts.includes(name),
  );
  expect(missed.map(({ type, name }) => `${type} ${name}`)).toEqual([]);

  await remove(both.found);
  expect(await leftovers('unet')).toEqual({ code: 0, found: [] });
  expect((await emulator.inventory()).map(({ type, name }) => `${type} ${name}`)).toEqual(theirs);
}, 600_000);

test('sends the things of a stack that still exists to cdk destroy', async () => {
  await makeStack('unet-training', '/elsewhere/value');
  const { code, found } = await leftovers('unet');
  const removal = ['AWS_REGION=us-east-1 npx cdk destroy unet-training'];
  expect(code).toBe(1);
  expect(byKind(found)).toEqual({
    'CloudFormation::Stack': expect.objectContaining({ name: 'unet-training', foundBy: ['name'], removal }),
    'SSM::Parameter': expect.objectContaining({ name: '/elsewhere/value', foundBy: ['stack'], removal }),
  });
  await remove(found);
  await waitUntilStackDeleteComplete(
    { client: new CloudFormationClient(), maxWaitTime: 60, minDelay: 1 },
    { StackName: 'unet-training' },
  );
  expect(await leftovers('unet')).toEqual({ code: 0, found: [] });
}, 120_000);

test('looks in the regions that it is told to, and once at what has none', async () => {
  await makeRoleAndTopic('unet-endpoint-Thing-AB12CD34EF56');
  const shown = (found: readonly Leftover[]) => found.map(({ type, region }) => `${type} ${region}`);
  const elsewhere = await leftovers('unet', '--region', 'eu-west-1');
  expect(shown(elsewhere.found)).toEqual(['AWS::IAM::Role global']);
  const everywhere = await leftovers('unet', '--region', 'eu-west-1', '--region', 'us-east-1');
  expect(shown(everywhere.found)).toEqual(['AWS::SNS::Topic us-east-1', 'AWS::IAM::Role global']);
  await remove(everywhere.found);
}, 300_000);
