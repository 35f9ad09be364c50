// PyTorch and Hugging Face: trained, served and asked, here and in the rehearsal. One environment of gigabytes does for both.

import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dirname, join } from 'node:path';
import { frameworkEnvironment } from '../../../lib/commands/local/framework-python';
import { ensurePythonEnvironment } from '../../../lib/python/python-environment';
import { RecordingTerminal } from '../../console/recording-terminal';
import { declaredBy, ExampleRun } from './example-run';

const REGISTRY = '763104351884.dkr.ecr.us-east-1.amazonaws.com';

let example: ExampleRun;
beforeEach(() => {
  example = new ExampleRun();
});
afterEach(() => example.remove());

const PATIENTS = '[[59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]]';

test.each(['local', 'start'] as const)(
  'PyTorch by npm run %s, which makes its environment where there is none',
  async (command) => {
    const patients = example.file('patients.json', PATIENTS);
    const said = await example.run(command, declaredBy('pytorch'), '--predict', patients);
    expect(said).toContain('1 of 1 predicted');
    expect(example.answer('patients')).toEqual([[expect.closeTo(223.82, 1)]]);
  },
  900_000,
);

/** As a script of the SDK's estimators has it, but for the line that fills the folder code. */
const HANDLED = `import os, shutil, sys
import torch

def model_fn(model_dir):
    network = torch.nn.Linear(2, 1)
    network.load_state_dict(torch.load(os.path.join(model_dir, 'weights.pth')))
    return network

if __name__ == '__main__':
    weights = {'weight': torch.tensor([[1.0, 2.0]]), 'bias': torch.tensor([3.0])}
    torch.save(weights, os.path.join(os.environ['SM_MODEL_DIR'], 'weights.pth'))
    if '--copied' in sys.argv:
        shutil.copytree(os.path.dirname(os.path.abspath(__file__)), os.path.join(os.environ['SM_MODEL_DIR'], 'code'))
`;

test('PyTorch with model_fn in the script that trains: served where it copies itself, and told what to do where not', async () => {
  const sourceDir = dirname(example.file('source/train.py', HANDLED));
  const declared = (hyperparameters: object, hosting: object) => `new SageMakerProject(app, 'handled', {
    training: {
      framework: Framework.pytorch('2.6'),
      sourceDir: ${JSON.stringify(sourceDir)},
      entryPoint: 'train.py',
      instanceType: 'ml.m5.large',
      hyperparameters: ${JSON.stringify(hyperparameters)},
      channels: { train: Channel.fromDirectory('training/pytorch/data/train') },
    },
    hosting: Hosting.serverless(${JSON.stringify(hosting)}),
  });`;
  const numbers = example.file('numbers.json', '[[10, 100]]');
  const entryPoint = 'train.py';
  await example.run('local', declared({ copied: '--copied' }, { entryPoint }), '--predict', numbers);
  expect(example.answer('numbers')).toEqual([[213]]);
  await expect(example.run('local', declared({}, { entryPoint }), '--predict', numbers)).rejects.toThrow(
    'train.py, the script with model_fn, is not in the folder code of the archive',
  );
  await expect(example.run('local', declared({}, {}), '--predict', numbers)).rejects.toThrow(
    /weights\.pth is no TorchScript: .*the archive needs a script with model_fn: code\/inference\.py/s,
  );
}, 900_000);

describe('Hugging Face', () => {
  let python: string;
  beforeAll(async () => {
    const pytorch = frameworkEnvironment(`${REGISTRY}/pytorch-inference:2.6.0-cpu-py312`)!;
    const transformers = frameworkEnvironment(
      `${REGISTRY}/huggingface-pytorch-inference:2.6.0-transformers5.5.3-cpu-py312`,
    )!;
    python = await ensurePythonEnvironment({
      requirements: transformers.requirements,
      directory: pytorch.directory,
      terminal: new RecordingTerminal(),
      signal: new AbortController().signal,
    });
  }, 900_000);

  /** Its images train on GPUs alone; this machine's processor stands for one. */
  const SENTIMENT = `new SageMakerProject(app, 'sentiment', {
    training: {
      framework: Framework.huggingface({ transformers: '5.3' }),
      sourceDir: ${JSON.stringify(join(__dirname, 'sentiment'))},
      entryPoint: 'train.py',
      instanceType: 'ml.g5.xlarge',
      metricDefinitions: [{ name: 'train:loss', regex: 'train:loss=([0-9.]+);' }],
      channels: { train: Channel.fromDirectory(${JSON.stringify(join(__dirname, 'sentiment/data'))}) },
    },
    hosting: Hosting.serverless(),
  });`;

  test.each(['local', 'start'] as const)(
    'by npm run %s: what a Trainer saved is asked through the pipeline of its task',
    async (command) => {
      const sentence = example.file('sentence.json', '{"inputs": "the best weather"}');
      const said = await example.run(command, SENTIMENT, '--python', python, '--predict', sentence);
      expect(said).toContain('1 of 1 predicted');
      expect(example.answer('sentence')).toEqual([{ label: 'good', score: expect.any(Number) }]);
    },
    900_000,
  );
});
