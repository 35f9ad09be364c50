import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  DeleteObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Hosting } from '../../../lib/endpoint/hosting';
import { Drill } from './drill-project';

let drill: Drill;

beforeAll(async () => {
  drill = await Drill.start('goodbye');
}, 300_000);
afterAll(async () => drill.stop(), 60_000);

async function dataBucket(): Promise<string> {
  const { Buckets = [] } = await drill.s3.send(new ListBucketsCommand({}));
  return Buckets.map(({ Name }) => Name!).find((name) => name.startsWith('goodbye-workspace'))!;
}

/** Destroys, twice in a row, and looks at the whole account: what is left, and whatever else is not as it should be. */
async function destroyed(): Promise<string[]> {
  const first = await drill.destroy();
  const left = await drill.left();
  const second = await drill.destroy();
  const leftovers = await drill.leftovers();
  const failed = [first, second, leftovers].filter(({ exitCode }) => exitCode !== 0);
  return [
    ...left,
    ...failed.map(({ exitCode, stdout, stderr }) => `exit code ${exitCode}: ${stdout}${stderr}`),
    ...(leftovers.stdout.trimEnd().endsWith('0 left') ? [] : [leftovers.stdout]),
    ...(await drill.left()),
  ];
}

test('nothing is left of a project with objects, old versions, and an endpoint that was deleted by hand', async () => {
  expect((await drill.deploy()).exitCode).toBe(0);
  const Bucket = await dataBucket();
  await drill.s3.send(new PutObjectCommand({ Bucket, Key: 'mine.txt', Body: 'one' }));
  await drill.s3.send(new PutObjectCommand({ Bucket, Key: 'mine.txt', Body: 'two' }));
  await drill.s3.send(new DeleteObjectCommand({ Bucket, Key: 'mine.txt' }));
  const { Versions = [], DeleteMarkers = [] } = await drill.s3.send(
    new ListObjectVersionsCommand({ Bucket }),
  );
  expect(Versions.filter(({ Key }) => Key === 'mine.txt')).toHaveLength(2);
  expect(DeleteMarkers).toHaveLength(1);
  await drill.deleteEndpoint();
  expect(await destroyed()).toEqual([]);
}, 300_000);

test('nothing is left when the destroy comes in the middle of a training, and the job stops', async () => {
  const deploying = drill.deploy({ seconds: 600 });
  await drill.untilBegun();
  expect(await destroyed()).toEqual([]);
  expect((await deploying).exitCode).toBe(1);
  // What the deploy went on to do after the destroy goes too.
  expect(await destroyed()).toEqual([]);
}, 300_000);

test('nothing is left after a failed training', async () => {
  expect((await drill.deploy({ factor: 0 })).exitCode).toBe(1);
  expect(await destroyed()).toEqual([]);
}, 300_000);

test('an endpoint that could not start is told by mail with the reason, and nothing is left', async () => {
  const hosting = Hosting.realtime({ instanceType: 'ml.m5.xlarge', notify: 'team@example.com' });
  const { exitCode, stdout, stderr } = await drill.deploy({ factor: -1, hosting });
  expect(exitCode).toBe(1);
  expect(stdout + stderr).toContain('goodbye-endpoint');
  const [mail, ...others] = drill.mails().filter(({ text }) => text.includes('The deployment'));
  expect(others).toEqual([]);
  expect(JSON.parse(mail!.text)).toEqual({
    'The deployment of the endpoint goodbye': 'failed. What served before serves on.',
    'Its stack goodbye-endpoint is in': 'ROLLBACK_IN_PROGRESS',
    'CloudFormation says': expect.stringMatching(/^The following resource\(s\) failed to create: \[Endpoint/),
    'To see what failed first': 'aws cloudformation describe-stack-events --stack-name goodbye-endpoint',
    'What the container said': 'aws logs tail /aws/sagemaker/Endpoints/goodbye --since 1h',
  });
  expect(await destroyed()).toEqual([]);
}, 300_000);
