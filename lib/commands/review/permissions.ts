import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { readable } from './readable-template';
import type { StackPair } from './stack-pair';
import { CHECKPOINTS_PREFIX, DATASET_HASH_LENGTH, DATASETS_PREFIX, REQUEST_HASH_LENGTH } from '../../names';

/** What someone may do, or may not: one statement of a policy, or what several have in common. */
export interface Permission {
  readonly effect: string;
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** The statement's Condition as JSON; undefined where there is none. */
  readonly condition: string | undefined;
}

/** Permissions that one change adds and removes. */
export interface PermissionChanges {
  readonly added: readonly Permission[];
  readonly removed: readonly Permission[];
  /** How many follow the contents of an archive or a dataset to another key, and are else the same. */
  readonly moved: number;
}

/**
 * The permissions that differ between two templates of a stack. Statements are taken apart, so that a statement
 * which gains one action is one permission more, and two statements merged into one are no change.
 */
export function permissionChanges(pair: StackPair): PermissionChanges {
  const former = permissionsOf(pair, 'before');
  const next = permissionsOf(pair, 'after');
  // Compared again without hashes: each that goes makes room for one that comes.
  const removed = [...former].filter((key) => !next.has(key)).map(withoutHashes);
  const added = [...next].filter((key) => !former.has(key)).map(withoutHashes);
  const gained: string[] = [];
  for (const key of added) {
    const place = removed.indexOf(key);
    if (place < 0) {
      gained.push(key);
    } else {
      removed.splice(place, 1);
    }
  }
  return { added: merged(gained), removed: merged(removed), moved: added.length - gained.length };
}

/** All permissions of a stack, each as JSON for a person. A template is new compared with an empty one. */
function permissionsOf(pair: StackPair, side: 'before' | 'after'): Set<string> {
  const { statements } = fullDiff({}, pair[side]?.template ?? {}).iamChanges;
  const told = (_key: string, value: unknown) => (typeof value === 'string' ? readable(pair, value) : value);
  return new Set(statements.additions.flatMap(atoms).map((atom) => JSON.stringify(atom, told)));
}

type Statement = ReturnType<typeof fullDiff>['iamChanges']['statements']['additions'][number];

/** A statement for each principal, action and resource; what one leaves out is one thing. */
function atoms(statement: Statement): Permission[] {
  const { effect } = statement;
  const condition = statement.condition === undefined ? undefined : JSON.stringify(statement.condition);
  const values = ({ not, values: given }: Statement['actions']) =>
    not ? [`all but ${given.join(', ')}`] : given;
  const [principals, actions, resources] = [statement.principals, statement.actions, statement.resources].map(
    values,
  );
  if (statement.actions.empty) {
    // It cannot be read.
    return [{ effect, principals, actions: [statement.render().resource], resources, condition }];
  }
  return principals.flatMap((principal) =>
    actions.flatMap((action) =>
      resources.map((resource) => ({
        effect,
        principals: [principal],
        actions: [action],
        resources: [resource],
        condition,
      })),
    ),
  );
}

/** Joins permissions that differ in their action, or in their resource, only. */
function merged(permissions: readonly string[]): Permission[] {
  const join = (items: readonly Permission[], part: 'actions' | 'resources') => {
    const groups = new Map<string, Permission>();
    for (const item of items) {
      const key = JSON.stringify({ ...item, [part]: [] });
      const others = groups.get(key)?.[part] ?? [];
      groups.set(key, { ...item, [part]: [...new Set([...others, ...item[part]])].toSorted() });
    }
    return [...groups.values()];
  };
  const all = permissions.map((key) => JSON.parse(key) as Permission);
  return join(join(all, 'actions'), 'resources');
}

/** A permission's JSON with `<hash>` for what changes with the contents of archives, datasets and jobs. */
function withoutHashes(permission: string): string {
  const afterPrefix = (prefix: string, length: number) =>
    new RegExp(`(\\b${prefix})[0-9a-f]{${length}}\\b`, 'g');
  return permission
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replaceAll(afterPrefix(`${DATASETS_PREFIX}[^/"]+/`, DATASET_HASH_LENGTH), '$1<hash>')
    .replaceAll(afterPrefix(`${CHECKPOINTS_PREFIX}[A-Za-z0-9-]+-`, REQUEST_HASH_LENGTH), '$1<hash>');
}
