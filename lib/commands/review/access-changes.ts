import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { code, type Item, joined, list, paragraph, type Section, strong, type Text, text } from './document';
import { type Permission, permissionChanges } from './permissions';
import { readable, readablePairs } from './readable-template';
import { logicalIds, resourceName, type StackPair } from './stack-pair';

/** A change of who may do what. */
interface AccessChange {
  readonly text: Text;
  /** How far it reaches, from 0; the first to be read has the highest. */
  readonly reach: number;
}

/** Who gains access? And who loses it; what reaches farthest first. */
export function accessSection(pairs: readonly StackPair[]): Section {
  const gained: AccessChange[] = [];
  const lost: AccessChange[] = [];
  let moved = 0;
  for (const pair of readablePairs(pairs)) {
    const changes = permissionChanges(pair);
    const tell = (permission: Permission) => permissionChange(permission, pair);
    const isAllow = ({ effect }: Permission) => effect !== 'Deny';
    // What is said of what comes, or goes, with the change takes nothing from anyone, nor gives it.
    const ofOld = changes.removed.filter((permission) => !isOf(permission, onlyIn(pair, 'before'), pair));
    const newDenials = changes.added.filter(
      (permission) => !isAllow(permission) && !isOf(permission, onlyIn(pair, 'after'), pair),
    );
    gained.push(...changes.added.filter(isAllow).map(tell));
    // A prohibition that goes lets someone in.
    gained.push(
      ...ofOld
        .filter((permission) => !isAllow(permission))
        .map((permission) => prohibition(tell(permission), 'no longer holds: ')),
    );
    lost.push(...ofOld.filter(isAllow).map(tell));
    lost.push(...newDenials.map((permission) => prohibition(tell(permission), 'new: ')));
    moved += changes.moved.length;
    const others = otherChanges(pair);
    gained.push(...others.gained);
    lost.push(...others.lost);
  }
  const order = (changes: readonly AccessChange[]): Item[] =>
    changes.toSorted((a, b) => b.reach - a.reach).map((change) => ({ text: change.text }));
  return {
    title: 'Who gains access?',
    answers: [gained.length === 0 ? 'no new access' : moreOf(gained.length)],
    gravity: 3,
    blocks: [
      paragraph(
        gained.length === 0
          ? text`${strong('Nobody')}.`
          : text`${strong(moreOf(gained.length))}, what reaches farthest first:`,
      ),
      ...list(order(gained)),
      ...(lost.length === 0 ? [] : [paragraph(['Taken away:']), ...list(order(lost))]),
      ...(moved === 0
        ? []
        : [
            paragraph([
              'Permissions to read an archive or a dataset follow it to its new contents: nothing more, nothing less.',
            ]),
          ]),
    ],
  };
}

/** Whether all who have a permission, or all that it is for, are among these. */
function isOf({ principals, resources }: Permission, names: readonly string[], pair: StackPair): boolean {
  return [principals, resources].some((values) =>
    values.every((value) => names.includes(readable(pair, value).replace(/^AWS:|\/\*$/g, ''))),
  );
}

/** What one side of a pair has and the other has not. */
function onlyIn(pair: StackPair, side: 'before' | 'after'): string[] {
  const other = pair[side === 'before' ? 'after' : 'before']?.template.Resources;
  return Object.keys(pair[side]?.template.Resources ?? {})
    .filter((id) => !other?.[id])
    .map((id) => resourceName(pair, id));
}

function moreOf(permissions: number): string {
  return permissions === 1 ? '1 permission more' : `${permissions} permissions more`;
}

function prohibition({ text: content, reach }: AccessChange, words: string): AccessChange {
  return { text: [words, ...content], reach };
}

function permissionChange(permission: Permission, pair: StackPair): AccessChange {
  const every = (values: readonly string[]) =>
    values.some((value) => value === '*' || value.startsWith('all but '));
  const named = (values: readonly string[], all: string): Text =>
    joined(
      values.map((value) => (value === '*' ? [strong(all)] : [code(readable(pair, value))])),
      ', ',
    );
  const anyone = permission.principals.some((principal) => /(^|:)\*$/.test(principal));
  const who = anyone
    ? [strong('anyone')]
    : named(
        permission.principals.map((principal) => principal.replace(/^(AWS|Service):/, '')),
        'anyone',
      );
  const may = permission.effect === 'Deny' ? 'may not' : 'may';
  const condition =
    permission.condition === undefined ? [] : text`, if ${code(readable(pair, permission.condition))}`;
  return {
    text: text`${who} ${may} ${named(permission.actions, 'do everything')} on ${named(permission.resources, 'every resource')}${condition}`,
    reach:
      (anyone ? 8 : 0) +
      (every(permission.actions) || permission.actions.some((action) => action.includes('*')) ? 4 : 0) +
      (every(permission.resources) ? 2 : 0) +
      (permission.condition === undefined ? 1 : 0),
  };
}

/** Managed policies, rules of security groups, and a bucket's guard against public access. */
function otherChanges(pair: StackPair): { readonly gained: AccessChange[]; readonly lost: AccessChange[] } {
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
  return {
    gained: [
      ...openedBuckets(pair),
      ...managedPolicies.additions.map(policy),
      ...ingress.additions.map(rule('from')),
      ...egress.additions.map(rule('to')),
    ],
    lost: [
      ...managedPolicies.removals.map(policy),
      ...ingress.removals.map(rule('from')),
      ...egress.removals.map(rule('to')),
    ],
  };
}

function openedBuckets(pair: StackPair): AccessChange[] {
  const guards = (stack: StackPair['before'], id: string) => {
    const { Type, Properties } = stack?.template.Resources?.[id] ?? {};
    const settings = (Properties?.PublicAccessBlockConfiguration ?? {}) as Record<string, unknown>;
    return Type === 'AWS::S3::Bucket' ? Object.keys(settings).filter((key) => settings[key] === true) : [];
  };
  return logicalIds(pair).flatMap((id) => {
    const kept = new Set(guards(pair.after, id));
    const dropped = guards(pair.before, id).filter((guard) => !kept.has(guard));
    return dropped.length === 0 || !pair.after?.template.Resources?.[id]
      ? []
      : [
          {
            text: text`${code(resourceName(pair, id))} is no longer guarded against ${strong('public access')}: ${joined(
              dropped.map((guard) => [code(guard)]),
              ', ',
            )}`,
            reach: 10,
          },
        ];
  });
}
