/** What the guard knows when its alarm goes off. */
export interface GuardedEndpoint {
  /** Of the endpoint's stack, as DescribeStacks tells it. */
  readonly stackStatus: string;
  readonly terminationProtection: boolean;
  /** Whether CloudFormation has a role of its own for the stack, as every stack has that the CDK CLI deployed. */
  readonly hasExecutionRole: boolean;
  /** When the last creation or update of the stack began: whoever deployed it wants it. */
  readonly lastDeployed: Date;
  /** When the stack's change sets were created that wait for their execution. */
  readonly changeSets: readonly Date[];
  /** Of the endpoint, as DescribeEndpoint tells it. */
  readonly endpointStatus: string;
  readonly lastModified: Date;
  /** Invocations since the moment since when it must have been unused. */
  readonly invocations: number;
}

/**
 * What is to be done. The alarm tells only of changes: after `rearm` it is set back and goes off again within minutes,
 * after `leave` not before the endpoint was used once more.
 */
export type Decision =
  | { readonly action: 'delete' }
  | { readonly action: 'rearm'; readonly reason: string }
  | {
      readonly action: 'leave';
      readonly reason: string;
      /** Whether a person has to do what the guard cannot. */
      readonly needsPerson: boolean;
    };

/** The statuses of a stack that nobody works on, and whose resources are all there. */
const SETTLED = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
];

/** Milliseconds that a change set counts as a deploy under way; an older one was left behind. */
const CHANGE_SET_LIFETIME = 60 * 60 * 1000;

/**
 * Whether an idle endpoint's stack is deleted.
 *
 * The alarm alone cannot tell: without traffic its metric has no data at all, so that the alarm of an endpoint that has
 * just been made goes off at once.
 *
 * @param moment when the alarm went off
 * @param since since when an endpoint must have been unused
 */
export function decide(guarded: GuardedEndpoint, moment: Date, since: Date): Decision {
  const { stackStatus, endpointStatus, lastDeployed, lastModified, invocations } = guarded;
  const isRecent = (created: Date) => moment.getTime() - created.getTime() < CHANGE_SET_LIFETIME;
  if (stackStatus.startsWith('DELETE_')) {
    // Already on its way, by this guard or by a person; after DELETE_FAILED the stack's events say what holds it.
    return { action: 'leave', reason: `the stack is in ${stackStatus}`, needsPerson: false };
  }
  const uses: readonly [isUse: boolean, reason: string][] = [
    [!SETTLED.includes(stackStatus), `the stack is in ${stackStatus}`],
    [guarded.changeSets.some(isRecent), 'a change set of the stack waits for its execution'],
    [endpointStatus !== 'InService', `the endpoint is ${endpointStatus}`],
    [lastDeployed > since, `the stack was deployed at ${lastDeployed.toISOString()}`],
    [lastModified > since, `the endpoint was changed at ${lastModified.toISOString()}`],
    [invocations > 0, `the endpoint had ${invocations} invocations`],
  ];
  const use = uses.find(([isUse]) => isUse);
  if (use) {
    return { action: 'rearm', reason: use[1] };
  }
  if (guarded.terminationProtection) {
    const reason = 'the stack has termination protection, which only a person turns off';
    return { action: 'leave', reason, needsPerson: true };
  }
  if (!guarded.hasExecutionRole) {
    // CloudFormation would delete with the rights of the guard, which has none for what the stack holds, and stop half-way.
    const reason =
      'CloudFormation has no role of its own for the stack: deploy it by the CDK CLI with the roles of cdk bootstrap';
    return { action: 'leave', reason, needsPerson: true };
  }
  return { action: 'delete' };
}
