import { StackStatus } from '@aws-sdk/client-cloudformation';
import { EndpointStatus } from '@aws-sdk/client-sagemaker';
import fc from 'fast-check';
import { decide, type GuardedEndpoint } from '../../lib/endpoint/idle-decision';

const MOMENT = new Date('2026-03-01T12:00:00Z');
const IDLE_TIMEOUT = 7200;
const before = (seconds: number) => new Date(MOMENT.getTime() - seconds * 1000);

const idle: GuardedEndpoint = {
  stackStatus: 'UPDATE_COMPLETE',
  terminationProtection: false,
  hasExecutionRole: true,
  lastDeployed: before(IDLE_TIMEOUT),
  changeSets: [],
  endpointStatus: 'InService',
  lastModified: before(IDLE_TIMEOUT),
  invocations: 0,
};

const decision = (changes: Partial<GuardedEndpoint> = {}) =>
  decide({ ...idle, ...changes }, MOMENT, before(IDLE_TIMEOUT));

test('an endpoint that nobody used for the whole timeout ends', () => {
  expect(decision()).toEqual({ action: 'delete' });
});

test('a stack is deleted only where nobody works on it and everything of it is there, whatever else is so', () => {
  const deletable = new Set<string>();
  fc.assert(
    fc.property(
      fc.record({
        stackStatus: fc.constantFrom(...Object.values(StackStatus)),
        endpointStatus: fc.constantFrom(...Object.values(EndpointStatus)),
        terminationProtection: fc.boolean(),
        hasExecutionRole: fc.boolean(),
        changeSets: fc.array(
          fc.integer({ min: -10, max: 100_000 }).map((age) => before(age)),
          { maxLength: 2 },
        ),
        lastModified: fc.integer({ min: -10, max: 20_000 }).map((age) => before(age)),
        lastDeployed: fc.integer({ min: -10, max: 20_000 }).map((age) => before(age)),
        invocations: fc.nat(2),
      }),
      (guarded) => {
        if (decide(guarded, MOMENT, before(IDLE_TIMEOUT)).action !== 'delete') return;
        deletable.add(guarded.stackStatus);
        expect(guarded.stackStatus).toMatch(
          /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$/,
        );
        expect(guarded).toMatchObject({
          endpointStatus: 'InService',
          invocations: 0,
          terminationProtection: false,
          hasExecutionRole: true,
        });
        expect(guarded.lastModified <= before(IDLE_TIMEOUT)).toBe(true);
        expect(guarded.lastDeployed <= before(IDLE_TIMEOUT)).toBe(true);
        expect(guarded.changeSets.every((created) => created <= before(3600))).toBe(true);
      },
    ),
    { numRuns: 20_000 },
  );
  expect(deletable.size).toBeGreaterThan(0);
});

test.each<[string, Partial<GuardedEndpoint>, RegExp]>([
  [
    'while a deploy is under way',
    { stackStatus: 'UPDATE_IN_PROGRESS' },
    /the stack is in UPDATE_IN_PROGRESS/,
  ],
  [
    'while a deploy is cleaned up',
    { stackStatus: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' },
    /the stack is in UPDATE_COMPLETE_CLEANUP/,
  ],
  ['while a deploy is prepared', { changeSets: [before(20)] }, /a change set of the stack waits/],
  ['while the endpoint is updated', { endpointStatus: 'Updating' }, /the endpoint is Updating/],
  ['while the endpoint is young', { lastModified: before(IDLE_TIMEOUT - 1) }, /the endpoint was changed at/],
  [
    'when somebody deployed, though nothing of the endpoint changed',
    { lastDeployed: before(60) },
    /the stack was deployed at 2026-03-01T11:59:00/,
  ],
  ['when the endpoint was used', { invocations: 1 }, /the endpoint had 1 invocations/],
])('%s, the guard waits for the next alarm', (_, changes, reason) => {
  expect(decision(changes)).toEqual({ action: 'rearm', reason: expect.stringMatching(reason) });
});

test.each(['DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'DELETE_FAILED'])(
  'a stack in %s is left alone: a repeated delivery changes nothing',
  (stackStatus) => {
    expect(decision({ stackStatus })).toMatchObject({ action: 'leave', needsPerson: false });
  },
);

test('a change set that somebody left behind does not keep an endpoint for ever', () => {
  expect(decision({ changeSets: [before(3601)] })).toEqual({ action: 'delete' });
});

test('what only a person can do is said to need one', () => {
  expect(decision({ terminationProtection: true })).toMatchObject({
    action: 'leave',
    needsPerson: true,
    reason: expect.stringContaining('termination protection'),
  });
  expect(decision({ hasExecutionRole: false })).toMatchObject({
    action: 'leave',
    needsPerson: true,
    reason: expect.stringContaining('cdk bootstrap'),
  });
});
