import { fullDiff } from '@aws-cdk/cloudformation-diff';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
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
  /** Whether the actions, resources or principals are those that the statement leaves out. */
  readonly inverted: boolean;
}

/** Permissions that one change adds and removes. */
export interface PermissionChanges {
  readonly added: readonly Permission[];
  readonly removed: readonly Permission[];
  /** Permissions that follow the contents of an archive or a dataset to another key, and are else the same. */
  readonly moved: readonly Permission[];
}

/**
 * The permissions that differ between two templates of a stack. Statements are taken apart, so that a statement
 * which gains one action is one permission more, and two statements merged into one are no change.
 */
export function permissionChanges({ before, after }: StackPair): PermissionChanges {
  const former = permissionsOf(before);
  const next = permissionsOf(after);
  const added = [...next].filter(([key]) => !former.has(key)).map(([, atom]) => atom);
  const removed = [...former].filter(([key]) => !next.has(key)).map(([, atom]) => atom);
  // Compared again without hashes: each that goes makes room for one that comes.
  const [gained, lost] = [withoutCounterparts(added, removed), withoutCounterparts(removed, added)];
  return {
    added: merged(gained),
    removed: merged(lost),
    moved: merged(added.filter((permission) => !gained.includes(permission))),
  };
}

/** The permissions that have no counterpart which differs in a hash only. */
function withoutCounterparts(
  permissions: readonly Permission[],
  others: readonly Permission[],
): Permission[] {
  const room = new Map<string, number>();
  const keyOf = (permission: Permission) => JSON.stringify(withoutHashes(permission));
  for (const other of others) {
    room.set(keyOf(other), (room.get(keyOf(other)) ?? 0) + 1);
  }
  return permissions.filter((permission) => {
    const left = room.get(keyOf(permission)) ?? 0;
    room.set(keyOf(permission), left - 1);
    return left <= 0;
  });
}

/** All permissions of a stack, by what they say. A template is new compared with an empty one. */
function permissionsOf(stack: AssemblyStack | undefined): Map<string, Permission> {
  const { statements } = fullDiff({}, stack?.template ?? {}).iamChanges;
  return new Map(statements.additions.flatMap(atoms).map((atom) => [JSON.stringify(atom), atom]));
}

type Statement = ReturnType<typeof fullDiff>['iamChanges']['statements']['additions'][number];

/** A statement for each principal, action and resource; whole if it says what it leaves out, or cannot be read. */
function atoms(statement: Statement): Permission[] {
  const { effect, principals, actions, resources } = statement;
  const condition = statement.condition === undefined ? undefined : JSON.stringify(statement.condition);
  if (principals.not || actions.not || resources.not || actions.empty) {
    const all = (targets: typeof actions) =>
      targets.not ? targets.values.map((v) => `all but ${v}`) : targets.values;
    const rendered = statement.render();
    return [
      {
        effect,
        principals: all(principals),
        actions: actions.empty ? [rendered.resource] : all(actions),
        resources: all(resources),
        condition,
        inverted: true,
      },
    ];
  }
  return principals.values.flatMap((principal) =>
    actions.values.flatMap((action) =>
      resources.values.map((resource) => ({
        effect,
        principals: [principal],
        actions: [action],
        resources: [resource],
        condition,
        inverted: false,
      })),
    ),
  );
}

/** Joins permissions that differ in their action, or in their resource, only. */
function merged(permissions: readonly Permission[]): Permission[] {
  const join = (items: readonly Permission[], part: 'actions' | 'resources') => {
    const groups = new Map<string, Permission>();
    for (const item of items) {
      const key = item.inverted ? JSON.stringify(item) : JSON.stringify({ ...item, [part]: [] });
      const group = groups.get(key);
      groups.set(
        key,
        group && !item.inverted
          ? { ...group, [part]: [...new Set([...group[part], ...item[part]])].toSorted() }
          : item,
      );
    }
    return [...groups.values()];
  };
  return join(join(permissions.map(withoutHashes), 'actions'), 'resources');
}

/** A permission with `<hash>` for what changes with the contents of archives, datasets and jobs. */
function withoutHashes(permission: Permission): Permission {
  const replace = (value: string) =>
    value
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
      .replaceAll(
        new RegExp(`(\\b${DATASETS_PREFIX}[^/]+/)[0-9a-f]{${DATASET_HASH_LENGTH}}(?=/)`, 'g'),
        '$1<hash>',
      )
      .replaceAll(
        new RegExp(`(\\b${CHECKPOINTS_PREFIX}[A-Za-z0-9-]+-)[0-9a-f]{${REQUEST_HASH_LENGTH}}\\b`, 'g'),
        '$1<hash>',
      );
  return {
    ...permission,
    resources: permission.resources.map(replace),
    condition: permission.condition && replace(permission.condition),
  };
}
