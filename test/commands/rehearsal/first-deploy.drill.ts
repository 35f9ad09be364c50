import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { Drill, type DrillChanges } from './drill-project';

let drill: Drill;

beforeAll(async () => {
  drill = await Drill.start('first');
}, 300_000);
afterAll(async () => drill.stop(), 60_000);

/** A bucket begins with the name of its project. */
async function buckets(project: string): Promise<string[]> {
  const { Buckets = [] } = await drill.s3.send(new ListBucketsCommand({}));
  return Buckets.map(({ Name }) => Name!).filter((name) => name.startsWith(`${project}-workspace`));
}

async function deployed(changes: DrillChanges): Promise<void> {
  const { exitCode, stdout, stderr } = await drill.deploy(changes);
  expect(exitCode === 0 || stdout + stderr).toBe(true);
}

// Each drill begins where the one before it ended: every deploy goes on from what the failed one left.
test.each([
  ['workspace', 'AWS::S3::Bucket'],
  ['workspace', 'Custom::CDKBucketDeployment'],
  ['workspace', 'AWS::SageMaker::NotebookInstance'],
  ['training', 'AWS::Lambda::Function'],
  ['training', 'AWS::Events::Rule'],
  ['training', 'Custom::SageMakerTrainingJob'],
  ['training', 'AWS::SSM::Parameter'],
  ['endpoint', 'AWS::SageMaker::Model'],
  ['endpoint', 'AWS::SageMaker::EndpointConfig'],
  ['endpoint', 'AWS::SageMaker::Endpoint'],
] as const)(
  'a first deploy of the %s that fails in its %s leaves nothing of it, and the next one goes on',
  async (stack, type) => {
    await drill.goWrong({ at: 'resource', matches: `^first-${stack}/\\S+ ${type}$`, outcome: 'failed' });
    const { exitCode, stdout, stderr } = await drill.deploy();
    expect([exitCode, stdout + stderr]).toEqual([1, expect.stringContaining(`'${type}' did not stabilize`)]);
    // What has a name of its own would be in the way of the next deploy.
    const left = (await drill.left()).filter((item) => item.includes(`first-${stack}`));
    expect(left).toEqual([`cloudformation Stack first-${stack}`]);
  },
  300_000,
);

test('the deploy after the ten that failed succeeds', async () => {
  await drill.goWrong();
  await deployed({});
  expect(await drill.predict()).toBe(2);
  expect(await drill.trainingJobs()).toHaveLength(1);
}, 300_000);

test('a project beside it whose name begins alike stays as it is when it is destroyed', async () => {
  await deployed({ name: 'first-two', hosting: 'none' });
  const trained = await drill.trainedBy('first-two');
  expect((await drill.destroy()).exitCode).toBe(0);
  const { exitCode, stdout } = await drill.leftovers();
  expect([exitCode, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, '0 left']);
  expect(await drill.trainedBy('first-two')).toBe(trained);
  expect(await drill.trainingJobs()).toEqual([trained]);
  expect(await drill.endpoints()).toEqual([]);
  // It can still be changed, by what it has.
  await deployed({ name: 'first-two', hosting: 'none', factor: 3 });
  expect((await drill.destroy({ name: 'first-two' })).exitCode).toBe(0);
  expect(await drill.left()).toEqual([]);
}, 300_000);

test('a bucket that was kept is told of, and the next deploy makes another one', async () => {
  const kept: DrillChanges = { hosting: 'none', retainData: true };
  await deployed(kept);
  const [former] = await buckets('first');
  expect((await drill.destroy(kept)).exitCode).toBe(0);
  expect(await drill.left()).toEqual([`s3 FakeBucket ${former}`]);
  const { exitCode, stdout } = await drill.leftovers();
  expect([exitCode, stdout]).toEqual([
    1,
    expect.stringContaining(`aws s3api delete-bucket --bucket ${former} `),
  ]);
  await deployed(kept);
  expect(await buckets('first')).toEqual(
    expect.arrayContaining([former, expect.not.stringMatching(former!)]),
  );
  expect((await drill.destroy({ hosting: 'none' })).exitCode).toBe(0);
}, 300_000);
