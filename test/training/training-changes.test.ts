import { App } from 'aws-cdk-lib';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { Channel } from '../../lib/training/channel';
import { TRAINING_CHANGES, type TrainingChanges } from '../../lib/training/training-changes';
import { ProjectDirectory, templateOf, testApp } from '../project-fixture';

const JOB = 'Custom::SageMakerTrainingJob';
const directory = new ProjectDirectory();
directory.write('other/original/b.txt', 'b');
afterAll(() => directory.remove());

function changedApp(changes: TrainingChanges): App {
  const app = testApp();
  app.node.setContext(TRAINING_CHANGES, changes);
  return app;
}

/** What CreateTrainingJob would get of a project whose context changes it. */
function job(app: App) {
  new SageMakerProject(app, 'unet', { training: directory.training() });
  const [found] = Object.values(templateOf(app, 'unet-training').findResources(JOB));
  return found!.Properties as Record<string, unknown>;
}

test('a hyperparameter of the context is the one that the same change of the app would give', () => {
  const changed = job(changedApp({ channels: {}, hyperparameters: { epochs: 3, extra: 'x' } }));
  const app = testApp();
  const training = directory.training();
  const hyperparameters = { ...training.hyperparameters, epochs: 3, extra: 'x' };
  new SageMakerProject(app, 'unet', { training: { ...training, hyperparameters } });
  const [declared] = Object.values(templateOf(app, 'unet-training').findResources(JOB));
  expect(changed).toEqual(declared!.Properties);
  expect(changed.HyperParameters).toMatchObject({ epochs: '3', extra: '"x"' });
});

test('a directory of the context is uploaded in the place of the declared one, and has no gate', () => {
  const other = `${directory.path}/other`;
  const changed = job(changedApp({ channels: { training: other }, hyperparameters: {} }));
  const app = testApp();
  const channels = { training: Channel.fromDirectory(other) };
  new SageMakerProject(app, 'unet', {
    training: directory.training({ channels, minimumMetrics: undefined }),
  });
  const [declared] = Object.values(templateOf(app, 'unet-training').findResources(JOB));
  expect(changed).toEqual(declared!.Properties);
  expect(changed.MinimumMetrics).toEqual({});
});

test('fails for a channel that the job does not have, in the words of the command line', () => {
  const app = changedApp({ channels: { trainign: directory.dataset }, hyperparameters: {} });
  expect(() => job(app)).toThrow('--channel trainign: the job has no such channel; there are training');
});

test('of several projects, changes the one that is named', () => {
  const app = changedApp({ projectName: 'unet', channels: {}, hyperparameters: { epochs: 3 } });
  for (const name of ['unet', 'unet-large']) {
    new SageMakerProject(app, name, { training: directory.training() });
  }
  const epochs = ['unet', 'unet-large'].map((name) => {
    const [found] = Object.values(templateOf(app, `${name}-training`).findResources(JOB));
    return (found!.Properties as { HyperParameters: { epochs: string } }).HyperParameters.epochs;
  });
  expect(epochs).toEqual(['3', '20']);
});
