import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { synthesizeApp } from '../../../lib/assembly/synthesize';
import { AdoptingProject, table } from './adopted-scripts';

/** The scripts, what their data is, and whether the proposal runs as it is. */
const SCRIPTS: readonly (readonly [name: string, script: string, data: readonly string[], runs: boolean])[] =
  [
    ['channels', 'tensorflow_channels/train.py', ['training', 'testing'], true],
    ['loop', 'keras_loop/train.py', ['train'], true],
    ['example', 'keras_example/train.py', [], false],
    ['old', 'tensorflow_old/train.py', [], false],
    ['iris', 'sklearn_iris/train.py', ['train'], true],
    ['housing', 'sklearn_housing/train.py', ['train', 'test'], true],
    ['click', 'sklearn_click/src/train.py', ['training'], true],
    ['mnist', 'pytorch_mnist/train.py', ['training'], true],
    ['torch', 'pytorch_example/train.py', [], false],
    ['abalone', 'xgboost_abalone/train.py', ['train', 'validation'], true],
    ['trainer', 'huggingface_trainer/train.py', ['train', 'test'], true],
  ];

let project: AdoptingProject;
beforeAll(() => {
  project = new AdoptingProject(SCRIPTS.map(([name]) => name));
  for (const [name, , channels] of SCRIPTS) {
    for (const channel of channels.length > 0 ? channels : ['training']) {
      project.write(`data/${name}/${channel}/table.csv`, table(4));
    }
  }
});
afterAll(() => project.remove());

test('the proposals of scripts of public shapes synthesize, and those that cannot run say why', async () => {
  const before = project.read();
  const [first] = SCRIPTS;
  await project.adopt(`scripts/${first![1]}`, '--project', first![0], '--data', `data/${first![0]}`);
  expect(project.read()).toBe(before);

  const codes: Record<string, boolean> = {};
  for (const [name, script] of SCRIPTS) {
    const line = [`scripts/${script}`, '--project', name, '--data', `data/${name}`] as const;
    const written = await project.adopt(...line, '--write');
    expect(written.diff).toContain('+++ b/bin/app.ts');
    expect(written.code).toBe(written.findings.some(({ fails }) => fails) ? 1 : 0);
    codes[name] = written.code === 0;
    // Once written, nothing is left to change.
    expect((await project.adopt(...line)).diff).toBe('');
  }
  expect(codes).toEqual(Object.fromEntries(SCRIPTS.map(([name, , , runs]) => [name, runs])));
  const { stacks } = await synthesizeApp(project.root, join(project.root, 'cdk.out'));
  expect(stacks).toHaveLength(3 * SCRIPTS.length);
}, 120_000);

test('a proposal replaces what the script decides, and keeps the rest with its comments', async () => {
  const own = new AdoptingProject([]);
  own.write('data/train/table.csv', table(4));
  own.write(
    'bin/app.ts',
    `import { App, Duration } from 'aws-cdk-lib';
import { SageMakerProject } from '../lib/project/sagemaker-project';
import { Channel } from '../lib/training/channel';
import { ModelSource } from '../lib/endpoint/model-source';

const app = new App();

// What this is for.
new SageMakerProject(app, 'mine', {
  training: {
    sourceDir: 'elsewhere', // not this one
    entryPoint: 'other.py',
    // Large enough.
    instanceType: 'ml.c5.xlarge',
    hyperparameters: { other: 1 },
    channels: { old: Channel.fromS3('s3://amzn-s3-demo-bucket/old/') },
    minimumMetrics: { 'validation:loss': 0.9 },
    maxRuntime: Duration.hours(3), // it is slow
    // The end.
  },
  model: ModelSource.fromS3('s3://amzn-s3-demo-bucket/model.tar.gz'),
  notebook: { instanceType: 'ml.t3.medium' },
});
`,
  );
  await own.adopt('scripts/keras_loop/train.py', '--data', 'data', '--write');
  const number = String.raw`([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)`;
  expect(own.read()).toBe(`import { App, Duration } from 'aws-cdk-lib';
import { SageMakerProject } from '../lib/project/sagemaker-project';
import { Channel } from '../lib/training/channel';
import { ModelSource } from '../lib/endpoint/model-source';
import { Framework } from '../lib/images/framework';
import { Hosting } from '../lib/endpoint/hosting';

const app = new App();

// What this is for.
new SageMakerProject(app, 'mine', {
  hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge', initialInstanceCount: 1 }),
  training: {
    framework: Framework.tensorflow('2.21'),
    metricDefinitions: [
      { name: 'train:loss', regex: String.raw\`\\btrain\\s+loss:\\s*${number}\` },
      {
        name: 'validation:loss',
        regex: String.raw\`\\bvalidation\\s+loss:\\s*${number}\`,
      },
    ],
    sourceDir: 'scripts/keras_loop', // not this one
    entryPoint: 'train.py',
    // Large enough.
    instanceType: 'ml.c5.xlarge',
    hyperparameters: { epochs: 2, learning_rate: 0.01, activation: 'relu' },
    channels: { train: Channel.fromDirectory('data/train') },
    maxRuntime: Duration.hours(3), // it is slow
    // The end.
  },
  notebook: { instanceType: 'ml.t3.medium' },
});
`);
  // A gate on the script's own metrics stays when it is adopted again.
  own.write(
    'bin/app.ts',
    own.read().replace('maxRuntime', "minimumMetrics: { 'train:loss': 0.1 },\n    maxRuntime"),
  );
  expect((await own.adopt('scripts/keras_loop/train.py', '--data', 'data')).diff).toBe('');
  own.remove();
}, 60_000);

test('a script of Keras 2 that reads a bucket has the last framework for it, and the bucket as its channel', async () => {
  const own = new AdoptingProject(['bucket']);
  own.write(
    'scripts/bucket/train.py',
    `import os, s3fs, tensorflow as tf
names = s3fs.S3FileSystem().ls('s3://photographs-of-pets/original/')
masks = s3fs.S3FileSystem().ls('s3://photographs-of-pets/masks/')
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
model.save(f'{os.environ["SM_MODEL_DIR"]}/1', save_format='tf')
`,
  );
  const { code, diff, findings } = await own.adopt('scripts/bucket/train.py', '--write');
  expect(diff).toContain("framework: Framework.tensorflow('2.14.1'),");
  expect(diff).toContain("channels: { training: Channel.fromS3('s3://photographs-of-pets') },");
  expect(findings.filter(({ fails }) => fails)).toEqual([]);
  expect(findings.map(({ text }) => text).join('\n')).toContain(
    'npm start -- --s3 s3://photographs-of-pets=FOLDER',
  );
  expect(code).toBe(0);
  expect((await synthesizeApp(own.root, join(own.root, 'cdk.out'))).stacks).toHaveLength(3);
  own.remove();
}, 60_000);

test('a script is read and never run, and what will not work is told with its line', async () => {
  project.write(
    'scripts/notebook/train.py',
    `import os
import sys
get_ipython().run_line_magic("matplotlib", "inline")
from google.colab import drive; drive.mount("/content/drive")
import cv2, lightgbm, tensorflow
try:
    import optional
except ImportError:
    pass
open("${project.root}/was-run", "w").write("yes")
name = input("who? ")
cv2.imshow("window", None)
rows = sys.argv[1]
table = open("/home/me/table.csv")
print(os.environ["SM_CHANNEL_TRAINING"], os.environ["SM_MODEL_DIR"])
`,
  );
  const { code, findings } = await project.adopt(
    'scripts/notebook/train.py',
    '--project',
    'old',
    '--data',
    'data/old',
  );
  expect(code).toBe(1);
  expect(
    findings.filter(({ fails }) => fails).map(({ line, text }) => `${line} ${text.slice(0, 24)}`),
  ).toEqual([
    '3 get_ipython() is a noteb',
    "4 drive.mount() is Colab's",
    '5 imports lightgbm, which ',
    '11 input() waits for a pers',
    '12 cv2.imshow() opens a win',
    '13 reads sys.argv by positi',
    "14 open reads '/home/me/tab",
  ]);
  expect(spawnSync('ls', [join(project.root, 'was-run')]).status).not.toBe(0);
});

test.each([
  ['no.py', 'x', "no file '"],
  ['notebook.ipynb', '{}', 'jupyter nbconvert --to script'],
  ['train.sh', '', 'is no Python script'],
  ['scripts/two/train.py', 'print "loss", 1\n', 'two/train.py:1: is not Python 3'],
  [
    'scripts/magic/train.py',
    'import os\n!pip install torch\n',
    'train.py:2: is not Python 3: !pip install torch',
  ],
  ['train.py', 'import tensorflow\n', "lies in the project's own directory"],
])('fails for %s', async (path, contents, message) => {
  if (path !== 'no.py') {
    project.write(path, contents);
  }
  await expect(project.adopt(path, '--project', 'old')).rejects.toThrow(message);
});

test('fails where bin/app.ts leaves open what is meant', async () => {
  const script = 'scripts/keras_loop/train.py';
  await expect(project.adopt(script)).rejects.toThrow(
    'choose one with --project (channels, loop, example, old, iris',
  );
  await expect(project.adopt(script, '--project', 'other')).rejects.toThrow("declares no project 'other'");
});
