import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import shapes from '../../../lib/aws/props-shapes.json';
import {
  PARAMETERS_PAGE,
  parametersPage,
  SDK_PARAMETERS,
  wordsOf,
} from '../../../lib/commands/props/sdk-parameters';
import { problemsOf, ProjectDirectory } from '../../project-fixture';

const root = join(__dirname, '../../..');
const directory = new ProjectDirectory();
afterAll(() => directory.remove());

/** The interfaces in which a place's props stand. */
const INTERFACES: Readonly<Record<string, readonly string[]>> = {
  training: ['TrainingProps'],
  Channel: ['AugmentedManifestChannelOptions', 'FileSystemChannelOptions'],
  hosting: ['RealtimeHostingProps', 'ServerlessHostingProps', 'AsyncHostingProps'],
  'Hosting.realtime': ['RealtimeHostingProps'],
  'Hosting.serverless': ['ServerlessHostingProps'],
  'Hosting.async': ['AsyncHostingProps'],
};

test('each parameter of the SDK has a prop that there is, or words for what takes its place', () => {
  const undecided = SDK_PARAMETERS.filter((row) => {
    const [, place = '', prop = ''] = /^(.*)\.(\w+)$/.exec(row.here ?? '') ?? [];
    return row.here === undefined || row.here.includes(' ')
      ? wordsOf(row) === ''
      : !INTERFACES[place]?.some((name) => prop in (shapes as Record<string, object>)[name]!);
  });
  expect(undecided).toEqual([]);
});

test('the page has the table: `npm run format` writes it', () => {
  expect(readFileSync(join(root, PARAMETERS_PAGE), 'utf8')).toBe(parametersPage(root));
});

test("each parameter of the SDK's deploy is there, once", () => {
  // inspect.signature of EstimatorBase.deploy and Model.deploy of 2.257.7, without self and kwargs.
  const deploy = SDK_PARAMETERS.filter(({ of }) => of === 'deploy').map(({ name }) => name);
  expect(new Set(deploy).size).toBe(deploy.length);
  expect(deploy).toHaveLength(29);
});

/** The names that are ours too. */
const SAME = ['role', 'environment', 'hyperparameters', 'distribution', 'dependencies'];
const names = SDK_PARAMETERS.filter(({ of }) => of !== 'deploy' && !/Input$/.test(of)).map(
  ({ name }) => name,
);

test('fails for each name of the SDK in training, all at once, each with what to write', () => {
  const wrong = Object.fromEntries(
    [...new Set(names)].filter((name) => !SAME.includes(name)).map((name) => [name, 1]),
  );
  const problems = problemsOf({ training: { ...directory.training(), ...wrong } as never });
  const unanswered = Object.keys(wrong).filter(
    (name) =>
      !problems.some((problem) =>
        new RegExp(
          `^training\\.${name}: (is the SageMaker SDK's name; write |there is no such prop; did you mean )`,
        ).test(problem),
      ),
  );
  expect(unanswered).toEqual([]);
  expect(Object.keys(wrong).length).toBeGreaterThan(60);
});
