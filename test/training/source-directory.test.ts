import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Hosting } from '../../lib/endpoint/hosting';
import { Algorithm } from '../../lib/images/algorithm';
import { ContainerImage } from '../../lib/images/container-image';
import { Framework } from '../../lib/images/framework';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { problemsOf, ProjectDirectory, testApp } from '../project-fixture';

const directory = new ProjectDirectory();
directory.write('shared/shapes.py', '');
directory.write('shared/deep/colours.py', '');
directory.write('shared/__pycache__/shapes.pyc', '');
directory.write('other/shared/x.py', '');
directory.write('training/held/x.py', '');
afterAll(() => directory.remove());
const at = (name: string) => join(directory.path, name);
const training = (changes: object) => directory.training({ minimumMetrics: {}, ...changes });

test('dependencies lie beside the script in the archive, below their own names, where it serves too', () => {
  const app = testApp();
  new SageMakerProject(app, 'flowers', {
    training: training({ framework: Framework.sklearn(), dependencies: [at('shared')] }),
    hosting: Hosting.serverless(),
  });
  const { directory: assembly } = app.synth();
  // Both stacks have the same archive: its name tells its contents.
  const archives = execFileSync('find', [assembly, '-name', '*.tar.gz'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(archives).toHaveLength(1);
  expect(execFileSync('tar', ['-tzf', archives[0]!], { encoding: 'utf8' }).trim().split('\n')).toEqual([
    './held/x.py',
    './shared/deep/colours.py',
    './shared/shapes.py',
    './train.py',
  ]);
});

test.each([
  [{ dependencies: [at('none')] }, /^training\.dependencies: no directory '.*none' \(looked for /],
  [
    { dependencies: [at('training/held')] },
    /^training\.dependencies: '.*held' would lie at 'held' beside the script/,
  ],
  [
    { dependencies: [at('shared'), at('other/shared')] },
    /^training\.dependencies: '.*other\/shared' would lie at 'shared'/,
  ],
  [{ dependencies: [at('shared')], sourceDir: at('none') }, /^training\.sourceDir: no directory/],
  [
    { dependencies: [at('shared')], algorithm: Algorithm.xgboost(), framework: undefined },
    /^training\.dependencies: an algorithm runs no script/,
  ],
  [
    {
      dependencies: [at('shared')],
      framework: Framework.image({
        training: ContainerImage.fromUri('111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1'),
      }),
      sourceDir: undefined,
      entryPoint: undefined,
    },
    /^training\.dependencies: there is no script/,
  ],
])('fails with %j', (changes, problem) => {
  expect(problemsOf({ training: training(changes) })).toContainEqual(expect.stringMatching(problem));
});
