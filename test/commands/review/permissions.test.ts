import fc from 'fast-check';
import { permissionChanges } from '../../../lib/commands/review/permissions';
import type { StackPair } from '../../../lib/commands/review/stack-pair';
import type { Template } from '../../../lib/aws/template';

interface Statement {
  readonly Effect: string;
  readonly Action: string[];
  readonly Resource: string[];
}

/** A template with a role whose policy has these statements. */
function template(Statement: readonly Statement[]): Template {
  return {
    Resources: {
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'Policy',
          PolicyDocument: { Version: '2012-10-17', Statement },
          Roles: [{ Ref: 'Role' }],
        },
      },
    },
  };
}

function pair(before: readonly Statement[], after: readonly Statement[]): StackPair {
  const stack = (statements: readonly Statement[]) => ({
    name: 'stack',
    template: template(statements),
    assets: new Map(),
  });
  return { name: 'stack', before: stack(before), after: stack(after) };
}

const subsets = (values: readonly string[]) => fc.subarray([...values], { minLength: 1 });
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: subsets(['s3:GetObject', 's3:PutObject', 's3:*', 'ecr:BatchGetImage']),
  Resource: subsets(['*', 'arn:aws:s3:::one/*', 'arn:aws:s3:::two']),
});
const statements = fc.array(statement, { minLength: 1, maxLength: 4 });

/** What statements mean, one line for each effect, action and resource: the model that the comparison must agree with. */
function meaning(
  all: readonly { effect: string; actions: readonly string[]; resources: readonly string[] }[],
): string[] {
  const lines = all.flatMap(({ effect, actions, resources }) =>
    actions.flatMap((action) => resources.map((resource) => `${effect} ${action} ${resource}`)),
  );
  return [...new Set(lines)].toSorted();
}

const read = (all: readonly Statement[]) =>
  meaning(
    all.map(({ Effect, Action, Resource }) => ({ effect: Effect, actions: Action, resources: Resource })),
  );

test('what is added and removed is what the policies mean, however their statements are cut', () => {
  fc.assert(
    fc.property(statements, statements, (before, after) => {
      const changes = permissionChanges(pair(before, after));
      const [former, next] = [read(before), read(after)];
      expect(meaning(changes.added)).toEqual(next.filter((line) => !former.includes(line)));
      expect(meaning(changes.removed)).toEqual(former.filter((line) => !next.includes(line)));
      expect(changes.moved).toBe(0);
    }),
  );
});

test('statements that are cut otherwise are no change', () => {
  const whole = [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['a', 'b'] }];
  const cut = whole[0]!.Action.flatMap((Action) => [
    { Effect: 'Allow', Action: [Action], Resource: ['b', 'a'] },
  ]);
  expect(permissionChanges(pair(whole, cut))).toEqual({ added: [], removed: [], moved: 0 });
});

test('a permission that follows contents is neither more nor less', () => {
  const reading = (hash: string) => [
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::assets/${hash.repeat(64)}.zip`] },
  ];
  const { added, removed, moved } = permissionChanges(pair(reading('a'), reading('b')));
  expect([added, removed]).toEqual([[], []]);
  expect(moved).toBe(1);
});

test('a second archive beside the first is more', () => {
  const reading = (...hashes: string[]) => [
    {
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: hashes.map((hash) => `arn:aws:s3:::assets/${hash.repeat(64)}.zip`),
    },
  ];
  const changes = permissionChanges(pair(reading('a'), reading('b', 'c')));
  expect([changes.added.length, changes.removed.length, changes.moved]).toEqual([1, 0, 1]);
});

test('a wildcard in place of a hash is more', () => {
  const reading = (key: string) => [
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::assets/${key}`] },
  ];
  const { added, moved } = permissionChanges(pair(reading(`${'a'.repeat(64)}.zip`), reading('*')));
  expect(added.map(({ resources }) => resources)).toEqual([['arn:aws:s3:::assets/*']]);
  expect(moved).toBe(0);
});

test('a statement of all actions but some is told whole', () => {
  const all = { Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' } as unknown as Statement;
  const { added } = permissionChanges(pair([], [all]));
  expect(added).toEqual([
    expect.objectContaining({ effect: 'Allow', actions: ['all but iam:*'], resources: ['*'] }),
  ]);
});
