import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { code, joined, list, paragraph, type Section, strong, type Text, text } from './document';
import { type Permission, permissionChanges } from './permissions';
import { readable, readablePairs } from './readable-template';
import { logicalIds, resourceName, type StackPair } from './stack-pair';

/** A change of who may do what. */
interface AccessChange {
  readonly text: Text;
  /** How far it reaches, from 0; the first to be read has the highest. */
  readonly reach: number;
}

/** What one stack's change gives, and what it takes away. */
interface AccessChanges {
  readonly gained: readonly AccessChange[];
  readonly lost: readonly AccessChange[];
  /** How many permissions follow what they are for to its new contents. */
  readonly moved?: number;
}

/** Who gains access? And who loses it; what reaches farthest first. */
export function accessSection(pairs: readonly StackPair[]): Section {
  const changes = readablePairs(pairs).flatMap((pair): AccessChanges[] => [
    policyChanges(pair),
    otherChanges(pair),
  ]);
  const ordered = (kind: 'gained' | 'lost') =>
    changes
      .flatMap((change) => change[kind])
      .toSorted((a, b) => b.reach - a.reach)
      .map((change) => change.text);
  const [gained, lost] = [ordered('gained'), ordered('lost')];
  const more = gained.length === 1 ? '1 permission more' : `${gained.length} permissions more`;
  return {
    title: 'Who gains access?',
    answers: [gained.length === 0 ? 'no new access' : more],
    gravity: 3,
    blocks: [
      paragraph(
        gained.length === 0
          ? text`${strong('Nobody')}.`
          : text`${strong(more)}, what reaches farthest first:`,
      ),
      ...list(gained),
      ...(lost.length === 0 ? [] : [paragraph(['Taken away:']), ...list(lost)]),
      ...(changes.some(({ moved = 0 }) => moved > 0)
        ? [
            paragraph([
              'Permissions to read an archive or a dataset follow it to its new contents: nothing more, nothing less.',
            ]),
          ]
        : []),
    ],
  };
}

/** Statements of policies. What is said of what comes, or goes, with the change takes nothing from anyone, nor gives it. */
function policyChanges(pair: StackPair): AccessChanges {
  const { added, removed, moved } = permissionChanges(pair);
  const isAllow = ({ effect }: Permission) => effect !== 'Deny';
  const isDenial = (permission: Permission) => !isAllow(permission);
  const told = (words: string) => (permission: Permission) => permissionChange(permission, words);
  const ofOld = removed.filter((permission) => !isOf(permission, onlyIn(pair, 'before')));
  const newDenials = added.filter(isDenial).filter((permission) => !isOf(permission, onlyIn(pair, 'after')));
  return {
    // A prohibition that goes lets someone in.
    gained: [
      ...added.filter(isAllow).map(told('')),
      ...ofOld.filter(isDenial).map(told('no longer holds: ')),
    ],
    lost: [...ofOld.filter(isAllow).map(told('')), ...newDenials.map(told('new: '))],
    moved,
  };
}

/** Whether all who have a permission, or all that it is for, are among these. */
function isOf({ principals, resources }: Permission, names: readonly string[]): boolean {
  return [principals, resources].some((values) =>
    values.every((value) => names.includes(value.replace(/^AWS:|\/\*$/g, ''))),
  );
}

/** What one side of a pair has and the other has not. */
function onlyIn(pair: StackPair, side: 'before' | 'after'): string[] {
  const other = pair[side === 'before' ? 'after' : 'before']?.template.Resources;
  return Object.keys(pair[side]?.template.Resources ?? {})
    .filter((id) => !other?.[id])
    .map((id) => resourceName(pair, id));
}

function permissionChange(permission: Permission, words: string): AccessChange {
  const { effect, principals, actions, resources, condition } = permission;
  const every = (values: readonly string[]) =>
    values.some((value) => value === '*' || value.startsWith('all but '));
  const named = (values: readonly string[], all: string): Text =>
    joined(
      values.map((value) => (value === '*' ? [strong(all)] : [code(value)])),
      ', ',
    );
  const anyone = principals.some((principal) => /(^|:)\*$/.test(principal));
  const who = anyone ? ['*'] : principals.map((principal) => principal.replace(/^(AWS|Service):/, ''));
  const may = effect === 'Deny' ? 'may not' : 'may';
  const only = condition === undefined ? [] : text`, if ${code(condition)}`;
  return {
    text: text`${words}${named(who, 'anyone')} ${may} ${named(actions, 'do everything')} on ${named(resources, 'every resource')}${only}`,
    reach:
      (anyone ? 8 : 0) +
      (every(actions) || actions.some((action) => action.includes('*')) ? 4 : 0) +
      (every(resources) ? 2 : 0) +
      (condition === undefined ? 1 : 0),
  };
}

/** Managed policies, rules of security groups, and a bucket's guard against public access. */
function otherChanges(pair: StackPair): AccessChanges {
  const diff = fullDiff(pair.before?.template ?? {}, pair.after?.template ?? {});
  const { managedPolicies } = diff.iamChanges;
  const { ingress, egress } = diff.securityGroupChanges;
  const policy = ({ identityArn, managedPolicyArn }: (typeof managedPolicies.additions)[number]) => ({
    text: text`${code(readable(pair, identityArn))} has the managed policy ${code(readable(pair, managedPolicyArn))}`,
    reach: /Full|Admin|Power/.test(managedPolicyArn) ? 6 : 1,
  });
  const rule = (direction: string) => (rule: (typeof ingress.additions)[number]) => ({
    text: text`${code(readable(pair, rule.groupId))} takes ${code(rule.describeProtocol())} ${direction} ${code(readable(pair, rule.describePeer()))}`,
    reach: direction === 'from' && rule.describePeer().startsWith('Everyone') ? 8 : 1,
  });
  const told = (side: 'additions' | 'removals') => [
    ...managedPolicies[side].map(policy),
    ...ingress[side].map(rule('from')),
    ...egress[side].map(rule('to')),
  ];
  return { gained: [...openedBuckets(pair), ...told('additions')], lost: told('removals') };
}

function openedBuckets(pair: StackPair): AccessChange[] {
  const guards = (stack: StackPair['before'], id: string) => {
    const { Type, Properties } = stack?.template.Resources?.[id] ?? {};
    const settings = (Properties?.PublicAccessBlockConfiguration ?? {}) as Record<string, unknown>;
    return Type === 'AWS::S3::Bucket' ? Object.keys(settings).filter((key) => settings[key] === true) : [];
  };
  return logicalIds(pair)
    .filter((id) => pair.after?.template.Resources?.[id])
    .map((id) => {
      const kept = guards(pair.after, id);
      return { id, dropped: guards(pair.before, id).filter((guard) => !kept.includes(guard)) };
    })
    .filter(({ dropped }) => dropped.length > 0)
    .map(({ id, dropped }) => ({
      text: text`${code(resourceName(pair, id))} is no longer guarded against ${strong('public access')}: ${joined(
        dropped.map((guard) => [code(guard)]),
        ', ',
      )}`,
      reach: 10,
    }));
}
