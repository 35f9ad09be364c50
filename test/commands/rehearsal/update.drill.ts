import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CancelUpdateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ModelSource } from '../../../lib/endpoint/model-source';
import { Drill, type DrillChanges } from './drill-project';

let drill: Drill;

beforeAll(async () => {
  drill = await Drill.start('updates');
}, 300_000);
afterAll(async () => drill.stop(), 60_000);

/** Deploys while it asks the endpoint again and again: what it answered, in order, repetitions left out. */
async function deployAndAsk(changes: DrillChanges) {
  const answers: (number | string)[] = [];
  const deployed = new AbortController();
  const asking = (async () => {
    while (!deployed.signal.aborted) {
      const answer = await drill.predict().catch((error: Error) => error.message);
      if (answer !== answers.at(-1)) {
        answers.push(answer);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  })();
  const result = await drill.deploy(changes);
  deployed.abort();
  await asking;
  return { ...result, said: result.stdout + result.stderr, answers };
}

/** The log that an error leads to. */
async function keptLog(said: string): Promise<string> {
  const [, Bucket, Key] = /its log: s3:\/\/([^/]+)\/(\S+)/.exec(said) ?? [];
  const { Body } = await drill.s3.send(new GetObjectCommand({ Bucket, Key }));
  return Body!.transformToString();
}

// Each drill begins where the one before it ended.
test('the first deploy trains once and serves what it trained', async () => {
  const { exitCode, stderr } = await drill.deploy();
  expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
  expect(await drill.predict()).toBe(2);
  expect(await drill.trainingJobs()).toHaveLength(1);
}, 300_000);

test('an unchanged deploy does nothing and trains nothing', async () => {
  const before = drill.events.length;
  expect((await drill.deploy()).exitCode).toBe(0);
  expect(drill.events.slice(before)).toEqual([]);
  expect(drill.begunJobs().size).toBe(1);
}, 300_000);

test('a changed hyperparameter trains once, and the endpoint answers throughout and then with the new model', async () => {
  const former = await drill.trainingJobs();
  const { stderr } = await drill.cdk('diff', '--app', drill.synthesize({ factor: 3 }));
  expect(stderr).toMatch(
    /\[~\] Custom::SageMakerTrainingJob .*\n(.*\n)*?.*\[~\] \.factor:\n.*\[-\] 2\n.*\[\+\] 3\n/,
  );
  const { exitCode, answers } = await deployAndAsk({ factor: 3 });
  expect(exitCode).toBe(0);
  expect(answers).toEqual([2, 3]);
  expect(drill.begunJobs().size).toBe(2);
  // The former job went with its resource.
  expect(await drill.trainingJobs()).toHaveLength(1);
  expect(await drill.trainingJobs()).not.toEqual(former);
}, 300_000);

test('a changed file of the data trains once', async () => {
  drill.directory.write('dataset/original/b.txt', 'b');
  const { exitCode, answers } = await deployAndAsk({ factor: 3 });
  expect(exitCode).toBe(0);
  expect(answers).toEqual([3]);
  expect(drill.begunJobs().size).toBe(3);
  const lines = drill.events.flatMap((event) => (event.type === 'training' ? (event.logLine ?? []) : []));
  expect(lines.at(-1)).toContain("['original']");
}, 300_000);

test('a changed number of instances updates the endpoint and trains nothing', async () => {
  const { exitCode, answers } = await deployAndAsk({ factor: 3, initialInstanceCount: 2 });
  expect(exitCode).toBe(0);
  expect(answers).toEqual([3]);
  expect(drill.begunJobs().size).toBe(3);
}, 300_000);

test('a script that fails fails the deploy with its reason, and the former model serves on', async () => {
  const { exitCode, said, answers } = await deployAndAsk({ factor: 0, initialInstanceCount: 2 });
  expect(exitCode).toBe(1);
  expect(said).toMatch(
    /training job updates-\w+-\w+ failed: AlgorithmError: [^']*ValueError: the factor is nothing/,
  );
  expect(answers).toEqual([3]);
  expect(drill.mails().at(-1)).toMatchObject({
    subject: 'Training of updates failed',
    text: expect.stringContaining('ValueError: the factor is nothing'),
  });
  // The job is gone with its log streams; what the error leads to is there.
  expect(await keptLog(said)).toContain('ValueError: the factor is nothing');
}, 300_000);

test('a model under its gate fails the deploy with the metric, and the former model serves on', async () => {
  const { exitCode, said, answers } = await deployAndAsk({ accuracy: 0.4, initialInstanceCount: 2 });
  expect(exitCode).toBe(1);
  expect(said).toMatch(/not within minimumMetrics: accuracy is 0.4, less than 0.5/);
  expect(answers).toEqual([3]);
  expect(drill.mails().at(-1)?.subject).toBe('Training of updates completed, but not within its gate');
  // Both failed jobs went with the rollback.
  expect(await drill.trainingJobs()).toHaveLength(1);
  expect(await keptLog(said)).toContain('accuracy=0.4');
}, 300_000);

test('a lower gate takes the model that was refused, and trains nothing', async () => {
  const begun = drill.begunJobs().size;
  const { exitCode, answers } = await deployAndAsk({
    accuracy: 0.4,
    minimumAccuracy: 0.3,
    initialInstanceCount: 2,
  });
  expect([exitCode, answers]).toEqual([0, [3, 2]]);
  expect(drill.begunJobs().size).toBe(begun);
  // The former job went, and the one whose model serves has no record any more.
  expect(await drill.trainingJobs()).toEqual([]);
  const raised = await drill.deploy({ accuracy: 0.4, minimumAccuracy: 0.45, initialInstanceCount: 2 });
  expect(raised.stdout + raised.stderr).toContain('accuracy is 0.4, less than 0.45');
  expect((await deployAndAsk({ factor: 3, initialInstanceCount: 2 })).answers).toEqual([2, 3]);
}, 300_000);

test('a retraining that is cancelled stops its job, and the former model serves on', async () => {
  const StackName = 'updates-training';
  const former = await drill.trainingJobs();
  const deploying = deployAndAsk({ seconds: 600, initialInstanceCount: 2 });
  await drill.untilBegun();
  await drill.cloudformation.send(new CancelUpdateStackCommand({ StackName }));
  const { exitCode, answers } = await deploying;
  expect([exitCode, answers]).toEqual([1, [3]]);
  expect(drill.mails().at(-1)?.subject).toBe('Training of updates was stopped');
  // One mail for each job that began.
  expect(drill.mails()).toHaveLength(drill.begunJobs().size);
  const { Stacks } = await drill.cloudformation.send(new DescribeStacksCommand({ StackName }));
  expect(Stacks![0]!.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  // The bill ends: the job that was stopped is gone, and the one that serves is the one that was.
  expect(await drill.trainingJobs()).toEqual(former);
}, 300_000);

test('a model takes the place of the training by one deploy, though the training stack still stands', async () => {
  cpSync(join(drill.directory.sourceDir, 'models', '2'), join(drill.directory.path, 'model', '1'), {
    recursive: true,
  });
  const model = ModelSource.fromDirectory(join(drill.directory.path, 'model'));
  const { exitCode, said, answers } = await deployAndAsk({ model, initialInstanceCount: 2 });
  expect(exitCode === 0 || said).toBe(true);
  expect(answers).toEqual([3, 2]);
}, 300_000);

test('after all of that a destroy leaves nothing', async () => {
  expect((await drill.destroy()).exitCode).toBe(0);
  expect(await drill.left()).toEqual([]);
}, 300_000);
