import shapes from '../../../lib/aws/props-shapes.json';
import { sdkTranslation } from '../../../lib/aws/sdk-names';
import { problemsOf, ProjectDirectory } from '../../project-fixture';
import { readParameters } from './parameters-page';

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

const parameters = readParameters();

test('each parameter of the SDK has a prop that there is, or the words of its refusal', () => {
  const undecided = parameters.filter(({ of, name, prop, words }) => {
    const [, place = '', last = ''] = /^(.*)\.(\w+)$/.exec(prop ?? '') ?? [];
    // The stack waits for a job, and for an endpoint: the refusal knows the first alone.
    const refusal =
      `${of}.${name}` === 'deploy.wait'
        ? 'nothing: the stack waits for the endpoint'
        : sdkTranslation(name, undefined);
    return prop === undefined
      ? words !== refusal
      : !INTERFACES[place]?.some((props) => last in (shapes as Record<string, object>)[props]!);
  });
  expect(undecided).toEqual([]);
});

test("each parameter of the SDK's deploy is there, once", () => {
  // inspect.signature of EstimatorBase.deploy and Model.deploy of 2.257.7, without self and kwargs.
  const deploy = parameters.filter(({ of }) => of === 'deploy').map(({ name }) => name);
  expect(new Set(deploy).size).toBe(deploy.length);
  expect(deploy).toHaveLength(29);
});

/** The names that are ours too. */
const SAME = ['role', 'environment', 'hyperparameters', 'distribution', 'dependencies'];
const names = parameters.filter(({ of }) => of !== 'deploy' && !/Input$/.test(of)).map(({ name }) => name);

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
