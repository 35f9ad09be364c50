import {
  frameworkEnvironment,
  frameworkPython,
  isAlgorithmHere,
  servesHere,
  trainsHere,
} from '../../../lib/commands/local/framework-python';
import { RecordingTerminal } from '../../console/recording-terminal';

const REGISTRY = '763104351884.dkr.ecr.eu-west-1.amazonaws.com';

test.each([
  ['sagemaker-scikit-learn:1.9-0-cpu-py3', '.venvs/sklearn-1.9.0', 'scikit-learn==1.9.0'],
  ['sagemaker-scikit-learn:1.4-2-py312', '.venvs/sklearn-1.4.2', 'scikit-learn==1.4.2'],
  ['sagemaker-xgboost:1.7-1', '.venvs/xgboost-1.7', 'xgboost-cpu==1.7.*'],
  ['pytorch-training:2.6.0-cpu-py312-ubuntu22.04-sagemaker', '.venvs/pytorch-2.6.0', 'torch==2.6.0'],
  [
    'huggingface-pytorch-inference:2.6.0-transformers5.5.3-cpu-py312-ubuntu22.04',
    '.venvs/huggingface-5.5.3-pytorch-2.6.0',
    'transformers==5.5.3',
  ],
])('%s has the environment %s', (image, directory, first) => {
  const environment = frameworkEnvironment(`${REGISTRY}/${image}`)!;
  expect(environment.directory).toBe(directory);
  expect(environment.requirements.alternatives[0]).toContain(first);
  // What this Python cannot have, and what breaks with a younger NumPy, has a second choice.
  expect(environment.requirements.alternatives[1]).toContain('numpy<2');
  expect(environment.requirements.alternatives.at(-2)!.join()).not.toMatch(/[=*]/);
});

test.each(['tensorflow-training:2.21.0-cpu-py312', 'kmeans:1', 'xgboost:1', 'my-image:latest'])(
  '%s has none of its own',
  (image) => expect(frameworkEnvironment(`${REGISTRY}/${image}`)).toBeUndefined(),
);

test('of the built-in algorithms XGBoost runs here', () => {
  expect(isAlgorithmHere(`${REGISTRY}/sagemaker-xgboost:3.2-0`)).toBe(true);
  expect(isAlgorithmHere(`${REGISTRY}/kmeans:1`)).toBe(false);
  expect(isAlgorithmHere(`${REGISTRY}/sagemaker-scikit-learn:1.9-0`)).toBe(false);
});

test('a script trains and serves here whatever its image; of what has none, TensorFlow serves', () => {
  const kmeans = { TrainingImage: `${REGISTRY}/kmeans:1`, TrainingInputMode: 'File' as const };
  expect(trainsHere({ AlgorithmSpecification: kmeans })).toBe(false);
  expect(
    trainsHere({ AlgorithmSpecification: kmeans, HyperParameters: { sagemaker_program: '"train.py"' } }),
  ).toBe(true);
  expect(servesHere(kmeans.TrainingImage, {})).toBe(false);
  expect(servesHere(kmeans.TrainingImage, { SAGEMAKER_PROGRAM: 'serve.py' })).toBe(true);
  expect(servesHere(`${REGISTRY}/tensorflow-inference:2.20.0-cpu`, {})).toBe(true);
  expect(servesHere(`${REGISTRY}/sagemaker-tensorflow-scriptmode:1.12-cpu-py3`, {})).toBe(true);
});

test('an interpreter of the person stands for every image, and has to be there', async () => {
  const options = { terminal: new RecordingTerminal(), signal: new AbortController().signal };
  await expect(
    frameworkPython(`${REGISTRY}/kmeans:1`, { ...options, given: process.execPath }),
  ).resolves.toBe(process.execPath);
  await expect(frameworkPython('', { ...options, given: '/nowhere/python' })).rejects.toThrow(
    "--python: '/nowhere/python' not found",
  );
});
