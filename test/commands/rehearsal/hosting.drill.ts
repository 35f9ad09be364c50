import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Hosting } from '../../../lib/endpoint/hosting';
import { Drill } from './drill-project';

let drill: Drill;

beforeAll(async () => {
  drill = await Drill.start('kinds');
}, 300_000);
afterAll(async () => drill.stop(), 60_000);

// Each drill begins where the one before it ended.
test('instances become serverless by one deploy, and one of the two endpoints answers throughout', async () => {
  expect((await drill.deploy()).exitCode).toBe(0);
  const answers = new Set<number | string>();
  const deployed = new AbortController();
  const asking = (async () => {
    while (!deployed.signal.aborted) {
      answers.add(
        await drill
          .predict()
          .catch(() => drill.predict('serverless'))
          .catch((error: Error) => error.message),
      );
      await new Promise((done) => setTimeout(done, 50));
    }
  })();
  const { exitCode, stderr } = await drill.deploy({ hosting: Hosting.serverless() });
  deployed.abort();
  await asking;
  expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
  expect([...answers]).toEqual([2]);
  expect(await drill.endpoints()).toEqual(['kinds-serverless']);
  expect(drill.begunJobs().size).toBe(1);
}, 300_000);

test('it becomes asynchronous by one deploy', async () => {
  const hosting = Hosting.async({ instanceType: 'ml.m5.xlarge' });
  const { exitCode, stderr } = await drill.deploy({ hosting });
  expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
  expect(await drill.endpoints()).toEqual(['kinds-async']);
}, 300_000);

test('it becomes instances again by one deploy', async () => {
  const { exitCode, stderr } = await drill.deploy();
  expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
  expect(await drill.endpoints()).toEqual(['kinds']);
}, 300_000);

test('after all of that a destroy leaves nothing', async () => {
  expect((await drill.destroy()).exitCode).toBe(0);
  expect(await drill.left()).toEqual([]);
}, 300_000);
