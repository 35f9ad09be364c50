import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { DLC_ACCOUNTS, imageUri } from '../../lib/images/deep-learning-containers';
import { Framework, unpatchedImages } from '../../lib/images/framework';
import { ProjectDirectory, testApp } from '../project-fixture';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

test('the default is TensorFlow 2.21', () => {
  expect(Framework.tensorflow().version).toBe('2.21');
});

test('fails for an unknown version, with those there are', () => {
  expect(() => Framework.tensorflow('2.18')).toThrow(
    'no TensorFlow 2.18 among the images known; there are 2.19, 2.21',
  );
});

test.each([
  ['2.19', '2026-03-11', []],
  ['2.19', '2026-03-12', [['2026-03-11', "Framework.tensorflow('2.21')"]]],
  ['2.21', '2027-07-10', []],
  ['2.21', '2027-07-11', [['2027-07-10', undefined]]],
])('what gets no patches of TensorFlow %s on %s', (version, today, expected) => {
  const { repository, tag } = Framework.tensorflow(version).trainingImage('gpu');
  const found = unpatchedImages(`{"Image":"…/${repository}:${tag}"}`, today);
  expect(found.map(({ patchedUntil, successor }) => [patchedUntil, successor])).toEqual(expected);
});

test('a synthesis is the same on any day', () => {
  const synthesized = (day: string) => {
    jest.useFakeTimers({ now: new Date(day) });
    const app = testApp();
    new SageMakerProject(app, 'unet', directory.props());
    const { directory: output } = app.synth();
    jest.useRealTimers();
    return readdirSync(output)
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file, readFileSync(join(output, file), 'utf8')]);
  };
  const [later, earlier] = ['2038-01-19', '2026-01-01'].map(synthesized);
  expect(later).toEqual(earlier);
});

const image = { repository: 'tensorflow-training', tag: '2.19.0-cpu' };
const stackIn = (region: string) =>
  new Stack(new App(), 'stack', { env: { account: '111111111111', region } });

test('a known region is looked up at synthesis, China with its own suffix', () => {
  expect(imageUri(stackIn('af-south-1'), image)).toContain('626614931356.dkr.ecr.af-south-1.');
  expect(imageUri(stackIn('eu-west-1'), image)).toContain('763104351884.dkr.ecr.eu-west-1.');
});

test('fails for a region without the images, with those that have them', () => {
  expect(() => imageUri(stackIn('mars-north-1'), image)).toThrow(
    /no Deep Learning Containers in the region 'mars-north-1'; there are some in af-south-1, .*us-west-2/,
  );
});

test('an unknown region is looked up at deploy, in a mapping of all regions', () => {
  const stack = new Stack(new App(), 'stack');
  expect(stack.resolve(imageUri(stack, image))).toMatchObject({
    'Fn::Join': [
      '',
      [
        { 'Fn::FindInMap': ['DeepLearningContainers', { Ref: 'AWS::Region' }, 'account'] },
        '.dkr.ecr.',
        { Ref: 'AWS::Region' },
        '.',
        { Ref: 'AWS::URLSuffix' },
        '/tensorflow-training:2.19.0-cpu',
      ],
    ],
  });
  const template = App.of(stack)?.node.root as App;
  const { Mappings } = template.synth().getStackByName('stack').template as {
    Mappings: { DeepLearningContainers: Record<string, { account: string }> };
  };
  expect(Object.keys(Mappings.DeepLearningContainers)).toHaveLength(Object.keys(DLC_ACCOUNTS).length);
  expect(Mappings.DeepLearningContainers['us-gov-west-1']).toEqual({ account: '442386744353' });
});

test("the CDK's own table and ours agree where both know a region", async () => {
  const { Fact, FactName, RegionInfo } = await import('aws-cdk-lib/region-info');
  const both = RegionInfo.regions
    .map(({ name }) => [name, Fact.find(name, FactName.DLC_REPOSITORY_ACCOUNT)] as const)
    .filter(([name, account]) => account !== undefined && name in DLC_ACCOUNTS);
  expect(both.length).toBeGreaterThan(15);
  expect(both.filter(([name, account]) => DLC_ACCOUNTS[name] !== account)).toEqual([]);
});
