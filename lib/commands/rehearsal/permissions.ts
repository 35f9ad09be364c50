import type { PermissionUse } from '../local/report-data';

/** What a life's roles did, and what nobody needed. */
export interface Decisions {
  /** On calls of roles; `Authority.record` of aws/authorization. */
  readonly decisions: readonly PermissionUse[];
  /** What the policies of all roles allow. */
  readonly statements: readonly {
    readonly role: string;
    readonly name: string;
    readonly statement: { readonly Action: string | readonly string[] };
    /** Whether some call would not be allowed without it. */
    readonly needed: boolean;
  }[];
}

/** The roles that `cdk bootstrap` makes: not the project's. */
const OF_THE_BOOTSTRAP = /(?:^|\/)cdk-[a-z0-9]+-/;

/** What the project's roles did, objects of one folder together; many calls are one line. */
export function permissionUses({ decisions }: Decisions): PermissionUse[] {
  const uses = new Map<string, PermissionUse>();
  for (const { role, action, resource, allowed, statements, times } of decisions) {
    if (!OF_THE_BOOTSTRAP.test(role) && role.includes(':role/')) {
      const use = {
        role: role.split('/').at(-1)!,
        action,
        resource: folderOf(resource),
        allowed,
        statements: statements.map((name) => name.split('/').at(-1)!),
      };
      const key = JSON.stringify(use);
      uses.set(key, { ...use, times: (uses.get(key)?.times ?? 0) + times });
    }
  }
  return [...uses.values()];
}

/** An object as all objects of its folder; every other resource as it is. */
function folderOf(resource: string): string {
  return resource.startsWith('arn:aws:s3:::') ? resource.replace(/\/[^/]*$/, '/*') : resource;
}

/** The statements of the project's roles that a life did not need, as role and actions. */
export function unneededStatements({ statements }: Decisions): string[] {
  return statements
    .filter(({ role, needed }) => !needed && !OF_THE_BOOTSTRAP.test(role))
    .map(({ role, statement: { Action } }) => `${withoutSuffix(role)}: ${[Action].flat().join(', ')}`)
    .sort();
}

/** A role's name without the characters that CloudFormation put after it. */
function withoutSuffix(role: string): string {
  return role.replace(/-[A-Za-z0-9]{12}$/, '');
}
