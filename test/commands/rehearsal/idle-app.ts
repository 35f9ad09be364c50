/**
 * A project whose endpoint stops itself, without a training job: argument 1 is the directory of its model.
 * The assembly goes to CDK_OUTDIR, for the CDK CLI to deploy.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { Hosting } from '../../../lib/endpoint/hosting';
import { ModelSource } from '../../../lib/endpoint/model-source';
import { SageMakerProject } from '../../../lib/project/sagemaker-project';

const { context } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};
const app = new App({ context });
new SageMakerProject(app, 'tiny', {
  model: ModelSource.fromDirectory(process.argv[2] ?? ''),
  hosting: Hosting.realtime({
    instanceType: 'ml.m5.large',
    idleTimeout: Duration.minutes(5),
    notify: 'team@example.com',
  }),
});
app.synth();
