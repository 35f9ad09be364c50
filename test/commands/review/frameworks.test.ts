import { Hosting } from '../../../lib/endpoint/hosting';
import { Algorithm } from '../../../lib/images/algorithm';
import { Framework } from '../../../lib/images/framework';
import { Channel } from '../../../lib/training/channel';
import type { TrainingProps } from '../../../lib/training/training-props';
import { ProjectDirectory } from '../../project-fixture';
import { assemblyOf, reviewOf } from './assemblies';

const directory = new ProjectDirectory();
// Versions that have no patches any more are told of at each synthesis.
beforeAll(() => void jest.spyOn(console, 'error').mockImplementation(() => {}));
afterAll(() => directory.remove());

const CSV = { train: Channel.fromS3('s3://bucket/train/', { contentType: 'text/csv' }) };
const algorithm: Partial<TrainingProps> = {
  framework: undefined,
  sourceDir: undefined,
  entryPoint: undefined,
  metricDefinitions: [],
  minimumMetrics: {},
  channels: CSV,
};

test.each<[string, Partial<TrainingProps>, Partial<TrainingProps>, RegExp]>([
  ['scikit-learn', { framework: Framework.sklearn() }, { hyperparameters: { depth: 3 } }, /depth/],
  ['XGBoost', { framework: Framework.xgboost() }, { framework: Framework.xgboost('3.0-5') }, /3\.0-5/],
  ['PyTorch', { framework: Framework.pytorch() }, { hyperparameters: { lr: 0.1 } }, /lr/],
  [
    'Hugging Face',
    {
      framework: Framework.huggingface({ transformers: '4.49', pytorch: '2.5' }),
      instanceType: 'ml.g4dn.xlarge',
    },
    { hyperparameters: { lr: 0.1 } },
    /lr/,
  ],
  [
    'an algorithm',
    { ...algorithm, algorithm: Algorithm.xgboost(), hyperparameters: { num_round: 10 } },
    { hyperparameters: { num_round: 20 } },
    /num_round/,
  ],
])('%s has a review: what retrains it, and what it costs', (_name, base, change, named) => {
  const project = (training: Partial<TrainingProps>) =>
    assemblyOf(
      directory.props({
        training: directory.training(training),
        hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }),
      }),
    );
  const before = project({ hyperparameters: {}, ...base });
  expect(reviewOf(before, before)).toBeUndefined();
  const review = reviewOf(before, project({ hyperparameters: {}, ...base, ...change }));
  expect(review).toMatch(named);
  expect(review).toMatch(/retrain/i);
  // The test's prices have no GPU.
  expect(review).toMatch(base.instanceType ? /price/ : /at most \$0\.2/i);
  expect(review).not.toMatch(/undefined|\[object|NaN/);
});
