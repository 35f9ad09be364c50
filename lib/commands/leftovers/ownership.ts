import { arnKind } from './arn';
import type { Found, FoundBy, Listed } from './leftover';

/** A stack of the project, with what it holds. */
export interface OwnedStack extends Found {
  /** The resources that are not deleted; undefined if they cannot be seen. */
  readonly resources: readonly StackResource[] | undefined;
}

/** A resource of a stack. */
export interface StackResource {
  /** CloudFormation type. */
  readonly type: string;
  /** What CloudFormation knows it by: its name or its ARN. */
  readonly physicalId: string;
}

/** How a thing was recognised as the project's, and the commands that remove the stack which holds it, if one does. */
export interface Recognition {
  readonly foundBy: readonly FoundBy[];
  readonly removal: readonly string[] | undefined;
}

/** What is known of a project before its services are asked: the ARNs with its tag, and its stacks. */
export class Ownership {
  private readonly tagged: ReadonlySet<string>;
  private readonly holders: ReadonlyMap<string, OwnedStack>;

  public constructor(
    private readonly taggedArns: readonly string[],
    private readonly stacks: readonly OwnedStack[],
  ) {
    // SageMaker writes names into ARNs in lower case, but not everywhere.
    this.tagged = new Set(taggedArns.map((arn) => arn.toLowerCase()));
    this.holders = new Map(
      stacks.flatMap((stack) =>
        (stack.resources ?? []).map(
          ({ type, physicalId }) => [resourceKey(type, physicalId), stack] as const,
        ),
      ),
    );
  }

  /** What several regions know together, for services that have no regions. */
  public static ofAll(ownerships: readonly Ownership[]): Ownership {
    return new Ownership(
      ownerships.flatMap(({ taggedArns }) => taggedArns),
      ownerships.flatMap(({ stacks }) => stacks),
    );
  }

  /** Whether a thing of a CloudFormation type is the project's; undefined if not. */
  public recognise(type: string, { name, id = name, arn = '', ...listed }: Listed): Recognition | undefined {
    const stack = this.holders.get(resourceKey(type, id)) ?? this.holders.get(resourceKey(type, arn));
    const ways = {
      tag: listed.isTagged || this.tagged.has(arn.toLowerCase()),
      name: listed.isNamed,
      stack: stack !== undefined,
    };
    const foundBy = (Object.keys(ways) as FoundBy[]).filter((way) => ways[way]);
    // Of a stack whose resources cannot be seen, the name is what is left to tell by.
    const holder =
      stack ?? this.stacks.find((unseen) => !unseen.resources && name.startsWith(`${unseen.name}-`));
    return foundBy.length === 0 ? undefined : { foundBy, removal: holder?.removal };
  }

  /** The names in tagged ARNs that begin, from the service on, with a prefix such as `logs:log-group:`. */
  public taggedNames(prefix: string): string[] {
    return this.taggedArns
      .map(arnKind)
      .filter((kind) => kind.startsWith(prefix))
      .map((kind) => kind.slice(prefix.length).replace(/:\*$/, ''));
  }

  /** What CloudFormation knows the stacks' resources of a type by. */
  public idsOf(type: string): string[] {
    return this.stacks
      .flatMap(({ resources = [] }) => resources)
      .filter((resource) => resource.type === type)
      .map(({ physicalId }) => physicalId);
  }
}

/** CloudFormation knows some by their ARN, in which the name may be in lower case. */
function resourceKey(type: string, id: string): string {
  return `${type} ${id.startsWith('arn:') ? id.toLowerCase() : id}`;
}
