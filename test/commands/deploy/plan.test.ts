import type { AssemblyStack } from '../../../lib/assembly/cloud-assembly';
import { declaredProjects } from '../../../lib/assembly/declared-projects';
import { readProjectTemplate } from '../../../lib/assembly/project-template';
import { deployPlan } from '../../../lib/commands/deploy/plan';
import type { KeptModel } from '../../../lib/training/job/kept-model';
import { renderPlainText } from '../../../lib/commands/review/plain-text';
import { ProjectDirectory } from '../../project-fixture';
import { assemblyOf, TEST_PRICES } from '../review/assemblies';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());
const synthesized = assemblyOf(directory.props());

/** As CloudFormation gives them back: what is uploaded under a key that the app does not have is not on this machine. */
function deployed(stacks: readonly AssemblyStack[], declared: readonly AssemblyStack[]): AssemblyStack[] {
  return stacks.map(({ name, template, assets }) => {
    const here = declared.find((stack) => stack.name === name)?.assets;
    return { name, template, assets: new Map([...assets].filter(([key]) => here?.has(key))) };
  });
}

function plan(
  before: readonly AssemblyStack[],
  after: readonly AssemblyStack[],
  kept: ReadonlyMap<string, KeptModel> = new Map(),
): string | undefined {
  const document = deployPlan({
    deployed: deployed(before, after),
    declared: after,
    account: '123456789012',
    pricing: { region: 'us-east-1', prices: TEST_PRICES },
    kept,
    today: '2026-01-01',
  });
  return document && renderPlainText(document);
}

test('nothing is planned where what is declared is deployed', () => {
  expect(plan(synthesized, synthesized)).toBeUndefined();
});

test('a first deploy says in its first line what it costs, and where', () => {
  expect(plan([], synthesized)!.split('\n').slice(0, 6)).toEqual([
    'What this deploy does',
    '=====================',
    '',
    expect.stringMatching(/^Trains, at most \$0\.256 · \+\$183\/month · \d+ permissions more$/),
    '',
    'Account 123456789012, region us-east-1: compared with what is deployed there.',
  ]);
});

test.each([
  [0.5, 'Trains nothing: takes the model that is there · +$183/month', 'is checked against the gate of'],
  [
    0.4,
    'Fails: the gate refuses the model that is there · +$183/month',
    'validation:accuracy is 0.4, less than 0.5;',
  ],
])('a refused model that reached %d is told instead of a training', (Value, first, told) => {
  const stacks = assemblyOf(
    directory.props({ training: directory.training({ minimumMetrics: { 'validation:accuracy': 0.5 } }) }),
  );
  const [project] = declaredProjects(stacks);
  const { namePrefix } = readProjectTemplate(project!, stacks, 'us-east-1').trainingJob!;
  const jobName = `${namePrefix}-01234567`;
  const place = `s3://bucket/jobs/${jobName}/metrics.json`;
  const kept = new Map([
    [namePrefix, { jobName, finalMetrics: [{ MetricName: 'validation:accuracy', Value }], place }],
  ]);
  const text = plan([], stacks, kept)!;
  expect(text.split('\n')[3]).toContain(first);
  expect(text).toContain(told);
  expect(text).not.toContain('A run costs');
});

test('no part of it is longer or wider than a person reads before a yes', () => {
  const lines = plan([], synthesized)!.split('\n');
  expect(lines.length).toBeLessThanOrEqual(50);
  expect(lines).toContainEqual(expect.stringMatching(/^- … and \d+ more, as npx cdk diff tells$/));
  expect(lines.filter((line) => / {3}/.test(line))).toEqual([]);
});

test('a script and a dataset that are not on this machine are told as other files', () => {
  const other = new ProjectDirectory();
  other.write('training/train.py', 'print("loss=2.0;")\n');
  other.write('dataset/original/b.txt', 'b');
  const text = plan(assemblyOf(other.props()), synthesized);
  other.remove();
  expect(text).toContain(
    'Yes: the job of unet-training trains again.\n\n' +
      '- script: other files than those of the last deploy\n' +
      '- dataset training: other files than those of the last deploy\n',
  );
  expect(text).not.toContain('s3://');
});

test('a hyperparameter is told by its values', () => {
  const before = assemblyOf(
    directory.props({ training: directory.training({ hyperparameters: { epochs: 3 } }) }),
  );
  const after = assemblyOf(
    directory.props({ training: directory.training({ hyperparameters: { epochs: 4 } }) }),
  );
  expect(plan(before, after)).toContain('\n- hyperparameters.epochs: 3 → 4\n');
});
