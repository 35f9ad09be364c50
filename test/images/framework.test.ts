import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Framework, type FrameworkName, unpatchedImages } from '../../lib/images/framework';
import type { Processor } from '../../lib/images/instance-types';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { ProjectDirectory, testApp } from '../project-fixture';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

const stackIn = (region: string) =>
  new Stack(new App(), 'stack', { env: { account: '111111111111', region } });

/** The images of a framework in us-east-1, without the registry. */
function images(framework: Framework, processor: Processor = 'cpu') {
  const stack = stackIn('us-east-1');
  const name = (uri: string) => uri.split('/')[1];
  return {
    training: () => name(framework.image('training', processor).uri(stack)),
    inference: () => name(framework.image('inference', processor).uri(stack)),
  };
}

test.each<[Framework, Processor, string, string]>([
  [
    Framework.tensorflow(),
    'cpu',
    'tensorflow-training:2.21.0-cpu-py312-amzn2023-sagemaker',
    'tensorflow-inference:2.20.0-cpu-py312-amzn2023-sagemaker',
  ],
  [
    Framework.tensorflow('2.19'),
    'gpu',
    'tensorflow-training:2.19.0-gpu-py312-cu125-ubuntu22.04-sagemaker',
    'tensorflow-inference:2.19.0-gpu-py312-cu122-ubuntu22.04-sagemaker',
  ],
  [
    Framework.tensorflow('2.3.1'),
    'cpu',
    'tensorflow-training:2.3.1-cpu-py37',
    'tensorflow-inference:2.3.1-cpu',
  ],
  // A patch that trains is served by the newest patch that serves.
  [
    Framework.tensorflow('2.16'),
    'gpu',
    'tensorflow-training:2.16.2-gpu-py310',
    'tensorflow-inference:2.16.1-gpu',
  ],
  [Framework.pytorch(), 'cpu', 'pytorch-training:2.6.0-cpu-py312', 'pytorch-inference:2.6.0-cpu-py312'],
  [
    Framework.huggingface({ transformers: '5.3', pytorch: '2.9' }),
    'gpu',
    'huggingface-pytorch-training:2.9.0-transformers5.3.0-gpu-py312-cu130-ubuntu22.04',
    'huggingface-pytorch-inference:2.6.0-transformers5.5.3-gpu-py312-cu124-ubuntu22.04',
  ],
  [
    Framework.huggingface({ transformers: '4.17', tensorflow: '2.6' }),
    'gpu',
    'huggingface-tensorflow-training:2.6.3-transformers4.17.0-gpu-py38-cu112-ubuntu20.04',
    'huggingface-tensorflow-inference:2.6.3-transformers4.17.0-gpu-py38-cu112-ubuntu20.04',
  ],
  [
    Framework.sklearn(),
    'cpu',
    'sagemaker-scikit-learn:1.9-0-cpu-py3',
    'sagemaker-scikit-learn:1.9-0-cpu-py3',
  ],
  [Framework.xgboost('3.2'), 'gpu', 'sagemaker-xgboost:3.2-0', 'sagemaker-xgboost:3.2-0'],
])('%s trains and serves on %s instances', (framework, processor, training, inference) => {
  const { training: trains, inference: serves } = images(framework, processor);
  expect([trains(), serves()]).toEqual([training, inference]);
  expect(framework.problems('training', processor, 'us-east-1')).toEqual([]);
  expect(framework.problems('inference', processor, 'us-east-1')).toEqual([]);
});

test('an image with several Pythons has the newest, or the one that was asked for', () => {
  expect(images(Framework.tensorflow('2.0.1')).training()).toBe('tensorflow-training:2.0.1-cpu-py3');
  expect(images(Framework.tensorflow('2.0.1', { pyVersion: 'py2' })).training()).toBe(
    'tensorflow-training:2.0.1-cpu-py2',
  );
  // Both lie in repositories of their own.
  expect(images(Framework.tensorflow('1.13', { pyVersion: 'py2' })).training()).toBe(
    'sagemaker-tensorflow-scriptmode:1.13.1-cpu-py2',
  );
});

test.each<[Framework, 'training' | 'inference', Processor, string | undefined, RegExp]>([
  [
    Framework.tensorflow('2.17'),
    'training',
    'cpu',
    undefined,
    /^no image trains TensorFlow 2\.17; there are 2\.21, 2\.19, 2\.18, 2\.16, .*1\.4$/,
  ],
  [
    Framework.tensorflow('2.17'),
    'inference',
    'cpu',
    undefined,
    /^no image serves TensorFlow 2\.17; there are 2\.20, 2\.19, /,
  ],
  [
    Framework.tensorflow(2.16 as unknown as string),
    'training',
    'cpu',
    undefined,
    /^no image trains TensorFlow 2\.16, which is a number: write it in quotes; there are /,
  ],
  [Framework.tensorflow('2.20'), 'training', 'cpu', undefined, /^no image trains TensorFlow 2\.20; /],
  [
    Framework.tensorflow('2'),
    'training',
    'cpu',
    'mars-north-1',
    /is not in the region 'mars-north-1'; it is in af-south-1, .*us-west-2/,
  ],
  [
    Framework.tensorflow('2.3', { pyVersion: 'py2' }),
    'training',
    'cpu',
    undefined,
    /^TensorFlow 2\.3 has no image with the Python 'py2'; there is py37$/,
  ],
  [
    Framework.pytorch('2.10'),
    'inference',
    'cpu',
    undefined,
    /^no image serves PyTorch 2\.10; there are 2\.6, .*; or Framework\.huggingface\(.*an image of your own, such as one on Ray Serve$/,
  ],
  [
    Framework.pytorch('3'),
    'training',
    'cpu',
    undefined,
    /^no image trains PyTorch 3; there are 2\.14, 2\.13, /,
  ],
  [
    Framework.huggingface({ transformers: '5.3' }),
    'training',
    'cpu',
    undefined,
    /has no image for CPU instances; there is one for GPU$/,
  ],
  [
    Framework.huggingface({ transformers: '5.3', pytorch: '2.8' }),
    'training',
    'gpu',
    undefined,
    /^no image trains Hugging Face transformers 5\.3 on PyTorch 2\.8; there are 5\.3 on pytorch 2\.9, /,
  ],
  [
    Framework.sklearn('1.4-2'),
    'inference',
    'cpu',
    undefined,
    /^no image serves scikit-learn 1\.4-2; there are 1\.9-0, 1\.4-2-py312, /,
  ],
  [
    Framework.sklearn(),
    'training',
    'gpu',
    undefined,
    /has no image for GPU instances; there is one for CPU$/,
  ],
  [Framework.sklearn(), 'training', 'cpu', 'us-iso-west-1', /is not in the region 'us-iso-west-1'/],
  [
    Framework.xgboost('1'),
    'training',
    'cpu',
    'ap-southeast-7',
    /^the image sagemaker-xgboost:1\.7-1 is not in the region/,
  ],
])('%s fails as %s on %s in %s', (framework, use, processor, region, message) => {
  const problems =
    use === 'training'
      ? framework.problems('training', processor, region)
      : framework.problems('inference', processor, region);
  expect(problems).toEqual([expect.stringMatching(message)]);
});

test.each<[Framework, readonly ('training' | 'inference')[], string | undefined]>([
  [Framework.tensorflow(), ['training', 'inference'], undefined],
  [
    Framework.tensorflow('2.19'),
    ['training', 'inference'],
    "tensorflow-training 2.19.0 has no security patches since 2026-03-11; move to Framework.tensorflow('2.21')",
  ],
  [
    Framework.tensorflow('2.3.1'),
    ['training'],
    "tensorflow-training 2.3.1 has no security patches since 2024-09-26 or earlier; move to Framework.tensorflow('2.21')",
  ],
  [Framework.pytorch('2.13'), ['training'], undefined],
  [
    Framework.pytorch('2.6'),
    ['inference'],
    "pytorch-inference 2.6.0 has no security patches since 2026-06-30; no PyTorch image of AWS's is patched any more: move to Framework.huggingface({ transformers: '5.5', pytorch: '2.6' }), which serves plain PyTorch too, or an image of your own, such as one on Ray Serve",
  ],
  [Framework.huggingface({ transformers: '5.3' }), ['training', 'inference'], undefined],
  [
    Framework.sklearn('1.4-2-py312'),
    ['training', 'inference'],
    "sagemaker-scikit-learn 1.4-2-py312 has no security patches since 2026-10-30; move to Framework.sklearn('1.9-0')",
  ],
  [Framework.xgboost(), ['training', 'inference'], undefined],
])('what a synthesis warns of %s for %s', (framework, uses, warning) => {
  expect(framework.warning(uses)).toBe(warning);
});

const patchedOn = (framework: Framework, day: string) =>
  unpatchedImages(`{"Image":"…/${images(framework, 'gpu').training()}"}`, day).map(({ since, wayOut }) => [
    since,
    wayOut,
  ]);

test('what gets no patches is known by the day', () => {
  const [old, current] = ['2.19', '2.21'].map((version) => Framework.tensorflow(version));
  expect(patchedOn(old!, '2026-03-11')).toEqual([]);
  expect(patchedOn(old!, '2026-03-12')).toEqual([['2026-03-11', "move to Framework.tensorflow('2.21')"]]);
  expect(patchedOn(current!, '2027-07-10')).toEqual([]);
  expect(patchedOn(current!, '2027-07-11')).toEqual([
    ['2027-07-10', "no TensorFlow image of AWS's is patched any more"],
  ]);
  const xgboost: FrameworkName = 'xgboost';
  expect(patchedOn(Framework[xgboost]('3.0'), '2026-11-18')).toHaveLength(1);
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

test('a known region is looked up at synthesis', () => {
  const image = Framework.tensorflow().image('training', 'cpu');
  expect(image.uri(stackIn('af-south-1'))).toMatch(/^626614931356\.dkr\.ecr\.af-south-1\./);
  expect(image.uri(stackIn('eu-west-1'))).toMatch(/^763104351884\.dkr\.ecr\.eu-west-1\./);
});

test('an unknown region is looked up at deploy, in a mapping of all regions that have the image', () => {
  const stack = new Stack(new App(), 'stack');
  expect(stack.resolve(Framework.sklearn().image('training', 'cpu').uri(stack))).toMatchObject({
    'Fn::Join': [
      '',
      [
        { 'Fn::FindInMap': ['SagemakerScikitLearn', { Ref: 'AWS::Region' }, 'account'] },
        '.dkr.ecr.',
        { Ref: 'AWS::Region' },
        '.',
        { Ref: 'AWS::URLSuffix' },
        '/sagemaker-scikit-learn:1.9-0-cpu-py3',
      ],
    ],
  });
  const template = App.of(stack)?.node.root as App;
  const { Mappings } = template.synth().getStackByName('stack').template as {
    Mappings: { SagemakerScikitLearn: Record<string, { account: string }> };
  };
  expect(Object.keys(Mappings.SagemakerScikitLearn)).toHaveLength(37);
  expect(Mappings.SagemakerScikitLearn['us-gov-west-1']).toEqual({ account: '414596584902' });
});

test("the CDK's own table and ours agree where both know a region", async () => {
  const { Fact, FactName, RegionInfo } = await import('aws-cdk-lib/region-info');
  const uri = (region: string) => Framework.tensorflow().image('training', 'cpu').uri(stackIn(region));
  const both = RegionInfo.regions
    .map(({ name }) => [name, Fact.find(name, FactName.DLC_REPOSITORY_ACCOUNT)] as const)
    .filter(([, account]) => account !== undefined);
  expect(both.length).toBeGreaterThan(15);
  expect(both.filter(([region, account]) => !uri(region).startsWith(`${account}.`))).toEqual([]);
});
