import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Hosting } from '../../../lib/endpoint/hosting';
import { Algorithm } from '../../../lib/images/algorithm';
import { ContainerImage } from '../../../lib/images/container-image';
import { Framework } from '../../../lib/images/framework';
import { Channel } from '../../../lib/training/channel';
import type { TrainingProps } from '../../../lib/training/training-props';
import { Drill } from './drill-project';

/** What k-means says of its test channel. */
const GATE = { 'test:ssd': 5 };

/** As `npm start` tells of images whose containers are not here. */
const NONE = { 'kmeans:1': null, 'trains:1': null, 'serves:1': null };

let drill: Drill;

beforeAll(async () => {
  drill = await Drill.start('contained', 60, { pythons: NONE, standInMetrics: GATE });
}, 300_000);
afterAll(async () => drill.stop(), 60_000);

const image = (name: string) =>
  ContainerImage.fromUri(`111122223333.dkr.ecr.us-east-1.amazonaws.com/${name}:1`);

/** A deploy of what no container here trains, or serves: something stands in for it. */
async function deployed(
  training: Pick<TrainingProps, 'framework' | 'algorithm' | 'hyperparameters' | 'minimumMetrics'>,
) {
  const { exitCode, stderr } = await drill.deploy({
    declare: (props) => ({
      ...props,
      training: {
        ...training,
        instanceType: 'ml.m5.xlarge',
        notify: 'team@example.com',
        channels: {
          train: Channel.fromDirectory(drill.directory.dataset, { contentType: 'text/csv' }),
        },
      },
      hosting: Hosting.realtime({
        instanceType: 'ml.m5.xlarge',
        dataCaptureConfig: { samplingPercentage: 100 },
      }),
    }),
  });
  expect(exitCode === 0 ? '' : stderr.slice(-1500)).toBe('');
}

test("an algorithm's stacks deploy, and its job and its endpoint say that something stands in for them", async () => {
  await deployed({
    algorithm: Algorithm.kMeans(),
    hyperparameters: { k: 2, feature_dim: 1 },
    minimumMetrics: GATE,
  });
  const lines = drill.events.flatMap((event) => (event.type === 'training' ? [event.logLine ?? ''] : []));
  expect(lines.join()).toMatch(/no container of kmeans:1: what stands in for it learns nothing/);
  expect(drill.mails().map(({ subject }) => subject)).toEqual(['Training of contained completed']);
  await expect(drill.predict()).rejects.toThrow(/501.*only a deploy shows what it answers/);
}, 300_000);

test("images of one's own take its place by one deploy", async () => {
  const framework = Framework.image({ training: image('trains'), inference: image('serves') });
  await deployed({ framework });
  expect(drill.begunJobs().size).toBe(2);
}, 300_000);

test('after all of that a destroy leaves nothing', async () => {
  expect((await drill.destroy()).exitCode).toBe(0);
  expect(await drill.left()).toEqual([]);
}, 300_000);
