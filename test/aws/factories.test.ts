import { expect, test } from '@jest/globals';
import { Hosting } from '../../lib/endpoint/hosting';
import { ModelSource } from '../../lib/endpoint/model-source';
import { Algorithm } from '../../lib/images/algorithm';
import { ContainerImage } from '../../lib/images/container-image';
import { Framework } from '../../lib/images/framework';
import { Channel } from '../../lib/training/channel';
import { Distribution } from '../../lib/training/distribution';
import { problemsOf, ProjectDirectory } from '../project-fixture';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

/** A factory by a name that the class does not have, as an app may call it that no compiler checks. */
const misspelt = (of: object, name: string) => (of as Record<string, () => never>)[name]!();

test('each misspelt factory is one of the problems of its project', () => {
  const image = Framework.image({ training: misspelt(ContainerImage, 'fromURI') });
  expect(
    problemsOf({
      training: directory.training({
        framework: misspelt(Framework, 'keras'),
        channels: { training: misspelt(Channel, 'fromDir') },
        distribution: misspelt(Distribution, 'horovod'),
      }),
      hosting: misspelt(Hosting, 'serverles'),
    }),
  ).toEqual([
    'training.framework: there is no Framework.keras; there are tensorflow, pytorch, huggingface, sklearn, xgboost, image',
    'training.channels.training: there is no Channel.fromDir; there are fromDirectory, fromS3, fromManifest, fromAugmentedManifest, fromFileSystem',
    'training.distribution: there is no Distribution.horovod; there are multiWorkerMirroredStrategy, parameterServer, torchDistributed, mpi',
    'hosting: there is no Hosting.serverles; did you mean Hosting.serverless?',
  ]);
  expect(problemsOf({ model: misspelt(ModelSource, 'fromUri'), hosting: Hosting.serverless() })).toEqual([
    expect.stringMatching(/^model: there is no ModelSource\.fromUri; there are /),
  ]);
  expect(image.problems('training', 'cpu', undefined)).toEqual([
    'Framework.image.training: there is no ContainerImage.fromURI; did you mean ContainerImage.fromUri?',
  ]);
  expect(problemsOf({ training: directory.training({ algorithm: misspelt(Algorithm, 'xgb') }) })).toContain(
    'training.algorithm: there is no Algorithm.xgb; there are blazingText, deepAR, factorizationMachines, imageClassification, ipInsights, kMeans, knn, lda, linearLearner, ntm, object2Vec, objectDetection, pca, randomCutForest, semanticSegmentation, seq2Seq, xgboost',
  );
});

test('options of a framework are held against their types', () => {
  expect(Framework.huggingface({} as never).problems('training', 'gpu', undefined)).toEqual([
    'Framework.huggingface.transformers: is missing; give a string',
  ]);
  expect(
    Framework.tensorflow('2.3.1', { py_version: 'py37' } as never).problems('training', 'cpu', undefined),
  ).toEqual([expect.stringMatching(/^Framework\.tensorflow\.py_version: is the SageMaker SDK's name; /)]);
});
