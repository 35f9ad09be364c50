import { App, Duration } from 'aws-cdk-lib';
import { Hosting } from '../lib/endpoint/hosting';
import { SageMakerProject } from '../lib/project/sagemaker-project';
import { Channel } from '../lib/training/channel';
import { Framework } from '../lib/images/framework';

// The CDK's own validation of templates takes three quarters of a synthesis: `npm test` runs it, and CDK_VALIDATION=true does here.
const app = new App({ builtinCloudFormationValidation: process.env.CDK_VALIDATION === 'true' });

new SageMakerProject(app, 'unet', {
  training: {
    framework: Framework.tensorflow('2.21'),
    sourceDir: 'training',
    entryPoint: 'unet_from_scratch.py',
    instanceType: 'ml.m5.xlarge',
    instanceCount: 1,
    hyperparameters: { epochs: 20, 'batch-size': 4, filters: 16, optimizer: 'adam' },
    metricDefinitions: [
      { name: 'train:loss', regex: 'train:loss=([0-9.]+);' },
      { name: 'train:accuracy', regex: 'train:accuracy=([0-9.]+);' },
      { name: 'validation:loss', regex: 'validation:loss=([0-9.]+);' },
      { name: 'validation:accuracy', regex: 'validation:accuracy=([0-9.]+);' },
      { name: 'test:accuracy', regex: 'test:accuracy=([0-9.]+);' },
    ],
    channels: { training: Channel.fromDirectory('training/data/sample') },
    maxRuntime: Duration.hours(2),
    minimumMetrics: { 'validation:accuracy': 0.8 },
  },
  hosting: Hosting.realtime({
    instanceType: 'ml.m5.xlarge',
    initialInstanceCount: 1,
    idleTimeout: Duration.hours(2),
  }),
  notebook: { instanceType: 'ml.t3.medium', idleTimeout: Duration.hours(1) },
});
