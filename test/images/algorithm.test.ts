import { Hosting } from '../../lib/endpoint/hosting';
import { ModelSource } from '../../lib/endpoint/model-source';
import { Algorithm } from '../../lib/images/algorithm';
import { releases } from '../../lib/images/release';
import { Channel } from '../../lib/training/channel';
import type { TrainingProps } from '../../lib/training/training-props';
import { problemsOf, synthesizedProject } from '../project-fixture';

const FACTORIES = Object.getOwnPropertyNames(Algorithm).filter(
  (name) => typeof Algorithm[name as keyof typeof Algorithm] === 'function',
) as Exclude<keyof typeof Algorithm, 'prototype'>[];

/** A training by an algorithm that has nothing wrong. */
const training = (changes: Partial<TrainingProps> = {}): TrainingProps => ({
  algorithm: Algorithm.xgboost(),
  instanceType: 'ml.m5.xlarge',
  hyperparameters: { num_round: 100, objective: 'reg:squarederror', eta: 0.2, verbosity: true },
  channels: {
    train: Channel.fromS3('s3://some-bucket/train/', { contentType: 'text/csv' }),
    validation: Channel.fromS3('s3://some-bucket/validation/', { contentType: 'text/csv; label_size=1' }),
  },
  minimumMetrics: { 'validation:auc': 0.8 },
  ...changes,
});

test('there is a factory for each algorithm, and an image in the table for each', () => {
  expect(FACTORIES).toHaveLength(17);
  for (const factory of FACTORIES) {
    const algorithm = Algorithm[factory]();
    expect(releases(algorithm.name, 'inference').length).toBeGreaterThan(0);
    expect(
      algorithm
        .problems('training', 'gpu', 'us-east-1')
        .concat(algorithm.problems('training', 'cpu', 'us-east-1')).length,
    ).toBeLessThan(2);
    expect(algorithm.warning(['training'])).toBeUndefined();
  }
});

test('an algorithm trains without a source archive, and gets its hyperparameters as texts', () => {
  const project = synthesizedProject({
    training: training(),
    hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }),
  });
  const template = project.training();
  template.hasResourceProperties('Custom::SageMakerTrainingJob', {
    AlgorithmSpecification: { TrainingInputMode: 'File' },
    HyperParameters: { num_round: '100', objective: 'reg:squarederror', eta: '0.2', verbosity: 'true' },
    InputDataConfig: [
      { ChannelName: 'train', ContentType: 'text/csv' },
      { ChannelName: 'validation', ContentType: 'text/csv; label_size=1' },
    ],
  });
  const [job] = Object.values(template.findResources('Custom::SageMakerTrainingJob'));
  expect(job!.Properties.AlgorithmSpecification.EnableSageMakerMetricsTimeSeries).toBeUndefined();
  const image = JSON.stringify(job!.Properties.AlgorithmSpecification.TrainingImage);
  expect(image).toContain('"SagemakerScikitLearn"');
  expect(image).toContain('/sagemaker-xgboost:3.2-0"');
  // The image's account is the algorithm's own: the role may pull from there and nowhere else.
  const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[],
  );
  const pull = statements.filter(({ Action }) => JSON.stringify(Action).includes('ecr:BatchGetImage'));
  expect(JSON.stringify(pull)).toContain(':repository/sagemaker-xgboost"');
  expect(JSON.stringify(template.toJSON())).not.toContain('sourcedir');
  const [model] = Object.values(project.endpoint().findResources('AWS::SageMaker::Model'));
  expect(JSON.stringify(model)).toContain('/sagemaker-xgboost:3.2-0"');
  expect(JSON.stringify(model)).not.toContain('Environment');
});

test('a model of an algorithm is served from S3', () => {
  const project = synthesizedProject({
    model: ModelSource.fromS3('s3://some-bucket/model.tar.gz', { algorithm: Algorithm.kMeans() }),
    hosting: Hosting.serverless(),
  });
  expect(JSON.stringify(project.endpoint().toJSON())).toContain('"/kmeans:1"');
});

const train = Channel.fromS3('s3://some-bucket/train/');
const csv = Channel.fromS3('s3://some-bucket/train/', { contentType: 'text/csv' });
test.each<[string, Partial<TrainingProps>, RegExp]>([
  [
    'an unknown version',
    { algorithm: Algorithm.xgboost('2.0') },
    /^training\.algorithm: no image of XGBoost 2\.0; there are 3\.2-0, 3\.0-5, /,
  ],
  ['a script beside it', { sourceDir: 'training' }, /^training\.sourceDir: an algorithm runs no script/],
  ['an entry point beside it', { entryPoint: 'x.py' }, /^training\.entryPoint: an algorithm runs no script/],
  [
    'metrics of your own',
    { metricDefinitions: [{ name: 'a', regex: '(.)' }] },
    /^training\.metricDefinitions: SageMaker defines/,
  ],
  [
    'a missing channel',
    { channels: { training: train } },
    /^training\.channels: XGBoost needs a channel 'train'; it knows train, validation$/,
  ],
  [
    'an unknown channel',
    { channels: { train, test: train } },
    /^training\.channels: 'test' is no channel of XGBoost; it knows train, validation$/,
  ],
  [
    'a content type that it does not read',
    { channels: { train: Channel.fromS3('s3://b-b/x', { contentType: 'image/png' }) } },
    /^training\.channels\.train\.contentType: XGBoost does not read 'image\/png'; it reads text\/csv, csv, /,
  ],
  [
    'a missing hyperparameter',
    { hyperparameters: {} },
    /^training\.hyperparameters: XGBoost needs 'num_round'/,
  ],
  [
    'an object as a hyperparameter',
    { hyperparameters: { num_round: 1, a: { b: 1 } } },
    /^training\.hyperparameters: a is not a text/,
  ],
  [
    'a text that is too long',
    { hyperparameters: { num_round: 1, a: 'x'.repeat(2501) } },
    /^training\.hyperparameters: a has 2501 characters, at most 2500/,
  ],
  [
    'too many hyperparameters',
    {
      hyperparameters: Object.fromEntries(['num_round', ...Array(100).keys()].map((name) => [`h${name}`, 1])),
    },
    /^training\.hyperparameters: XGBoost needs|101 of them/,
  ],
])('fails for %s', (_what, changes, problem) => {
  expect(problemsOf({ training: training(changes) })).toContainEqual(expect.stringMatching(problem));
});

/** A training by an algorithm that reads a stream, on CPUs, with nothing declared that it needs. */
const bare = (algorithm: Algorithm, changes: Partial<TrainingProps> = {}) =>
  problemsOf({
    training: training({
      algorithm,
      hyperparameters: {},
      minimumMetrics: {},
      channels: { train },
      ...changes,
    }),
  });

test.each<[Algorithm, Partial<TrainingProps>, string]>([
  [
    Algorithm.imageClassification(),
    {},
    'training.algorithm: Image Classification does not train on CPU instances; choose one with GPU',
  ],
  [
    Algorithm.objectDetection(),
    {},
    'training.algorithm: Object Detection does not train on CPU instances; choose one with GPU',
  ],
  [
    Algorithm.semanticSegmentation(),
    {},
    'training.algorithm: Semantic Segmentation does not train on CPU instances; choose one with GPU',
  ],
  [
    Algorithm.seq2Seq(),
    {},
    'training.algorithm: Sequence-to-Sequence does not train on CPU instances; choose one with GPU',
  ],
  [
    Algorithm.lda(),
    { instanceType: 'ml.g5.xlarge' },
    'training.algorithm: Latent Dirichlet Allocation does not train on GPU instances; choose one with CPU',
  ],
  [
    Algorithm.randomCutForest(),
    { instanceType: 'ml.g5.xlarge' },
    'training.algorithm: Random Cut Forest does not train on GPU instances; choose one with CPU',
  ],
  [
    Algorithm.lda(),
    { instanceCount: 2 },
    'training.instanceCount: Latent Dirichlet Allocation trains on one instance, not on 2',
  ],
  [
    Algorithm.object2Vec(),
    { instanceCount: 2 },
    'training.instanceCount: Object2Vec trains on one instance, not on 2',
  ],
  [
    Algorithm.ipInsights(),
    { inputMode: 'Pipe' },
    'training.channels.train.inputMode: IP Insights reads files and no pipe; choose File',
  ],
  [
    Algorithm.deepAR(),
    { inputMode: 'Pipe' },
    'training.channels.train.inputMode: DeepAR reads files and no pipe; choose File',
  ],
  [
    Algorithm.lda(),
    { channels: { train: csv }, inputMode: 'Pipe' },
    "training.channels.train.inputMode: Latent Dirichlet Allocation reads files of 'text/csv' and no pipe; choose File",
  ],
  [
    Algorithm.xgboost(),
    { channels: { train: Channel.fromS3('s3://b-b/x', { contentType: 'libsvm', inputMode: 'Pipe' }) } },
    "training.channels.train.inputMode: XGBoost reads files of 'libsvm' and no pipe; choose File",
  ],
  [
    Algorithm.randomCutForest(),
    {},
    "training.channels.train.distribution: Random Cut Forest takes its 'train' as ShardedByS3Key alone, not as FullyReplicated",
  ],
  [
    Algorithm.imageClassification(),
    {
      instanceType: 'ml.g5.xlarge',
      channels: { train: Channel.fromS3('s3://b-b/x', { contentType: 'application/x-image' }) },
    },
    "training.channels: Image Classification needs a channel 'train_lst' where 'train' has files of 'application/x-image'",
  ],
  [
    Algorithm.blazingText(),
    { instanceCount: 2, hyperparameters: { mode: 'cbow' } },
    "training.instanceCount: BlazingText trains on one instance, not on 2, but for mode 'batch_skipgram' on CPUs",
  ],
  [
    Algorithm.linearLearner(),
    { hyperparameters: { predictor_type: 'multiclass_classifier' } },
    "training.hyperparameters: Linear Learner needs 'num_classes' where predictor_type is 'multiclass_classifier'",
  ],
  [
    Algorithm.kMeans(),
    {},
    "training.hyperparameters: K-Means needs 'k'; those that it cannot do without are feature_dim, k",
  ],
  [
    Algorithm.linearLearner(),
    {},
    "training.hyperparameters: Linear Learner needs 'predictor_type'; those that it cannot do without are predictor_type",
  ],
  [
    Algorithm.semanticSegmentation(),
    {},
    "training.channels: Semantic Segmentation needs a channel 'validation_annotation'; it knows train, train_annotation, validation, validation_annotation, label_map, model",
  ],
])('fails for %s with %j', (algorithm, changes, problem) => {
  expect(bare(algorithm, changes)).toContain(problem);
});

test('what the guide allows has no problem', () => {
  const sharded = Channel.fromS3('s3://b-b/x', {
    contentType: 'text/csv; label_size=0',
    distribution: 'ShardedByS3Key',
  });
  for (const [algorithm, changes] of [
    [
      Algorithm.xgboost(),
      {
        hyperparameters: { num_round: 1 },
        channels: { train: Channel.fromS3('s3://b-b/x', { contentType: 'libsvm' }) },
      },
    ],
    [Algorithm.blazingText(), { instanceCount: 2, hyperparameters: { mode: 'batch_skipgram' } }],
    [
      Algorithm.randomCutForest(),
      { hyperparameters: { feature_dim: 1 }, channels: { train: sharded, test: csv } },
    ],
  ] as const) {
    expect(bare(algorithm, changes)).toEqual([]);
  }
});

test('a forecast is served by CPUs', () => {
  expect(Algorithm.deepAR().problems('inference', 'gpu', undefined)).toEqual([
    'DeepAR does not serve on GPU instances; choose one with CPU',
  ]);
  expect(Algorithm.deepAR().problems('inference', 'cpu', undefined)).toEqual([]);
});
