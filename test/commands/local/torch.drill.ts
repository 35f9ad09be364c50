// PyTorch and Hugging Face: trained, served and asked, here and in the rehearsal. One environment of gigabytes does for both.

import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
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

describe('Hugging Face', () => {
  let python: string;
  beforeAll(async () => {
    const pytorch = frameworkEnvironment(`${REGISTRY}/pytorch-inference:2.6.0-cpu-py312`)!;
    const transformers = frameworkEnvironment(
      `${REGISTRY}/huggingface-pytorch-inference:2.6.0-transformers5.5.3-cpu-py312`,
    )!;
    ({ python } = await ensurePythonEnvironment({
      requirements: transformers.requirements,
      directory: pytorch.directory,
      terminal: new RecordingTerminal(),
      signal: new AbortController().signal,
    }));
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
