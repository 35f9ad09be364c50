import { arnKind } from './arn';
import type { FoundBy } from './leftover';

/** A resource of one of the project's stacks that is not deleted. */
export interface StackResource {
  /** CloudFormation type. */
  readonly type: string;
  /** What CloudFormation knows it by: its name or its ARN. */
  readonly physicalId: string;
}

/** A stack of the project. */
export interface OwnedStack {
  readonly name: string;
  /** The commands that remove it. */
  readonly removal: readonly string[];
  /** What it holds; undefined if that cannot be seen. */
  readonly resources: readonly StackResource[] | undefined;
}

/** A thing of a service, to be recognised. */
export interface Candidate {
  /** CloudFormation type. */
  readonly type: string;
  readonly name: string;
  readonly arn?: string | undefined;
  /** Whether its name alone says that it is the project's. */
  readonly isNamed: boolean;
  /**
   * Whether the service itself says that it has the tag.
   * @default - as the tagging API says
   */
  readonly isTagged?: boolean;
  /** The commands that remove it where no stack does. */
  readonly removal: readonly string[];
}

/** How a thing was recognised as the project's, and the commands that remove it. */
export interface Recognition {
  readonly foundBy: readonly FoundBy[];
  readonly removal: readonly string[];
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

  /** Whether a thing is the project's; undefined if not. */
  public recognise(candidate: Candidate): Recognition | undefined {
    const { type, name, arn } = candidate;
    const stack =
      this.holders.get(resourceKey(type, name)) ??
      (arn === undefined ? undefined : this.holders.get(resourceKey(type, arn)));
    const isTagged = candidate.isTagged || (arn !== undefined && this.tagged.has(arn.toLowerCase()));
    const foundBy: FoundBy[] = [
      ...(isTagged ? (['tag'] as const) : []),
      ...(candidate.isNamed ? (['name'] as const) : []),
      ...(stack ? (['stack'] as const) : []),
    ];
    // Of a stack whose resources cannot be seen, the name is what is left to tell by.
    const holder =
      stack ?? this.stacks.find((unseen) => !unseen.resources && name.startsWith(`${unseen.name}-`));
    return foundBy.length === 0 ? undefined : { foundBy, removal: holder?.removal ?? candidate.removal };
  }

  /** The names in tagged ARNs that begin, from the service on, with a prefix such as `logs:log-group:`. */
  public taggedNames(prefix: string): string[] {
    return this.taggedArns.flatMap((arn) => {
      const kind = arnKind(arn);
      return kind.startsWith(prefix) ? [kind.slice(prefix.length).replace(/:\*$/, '')] : [];
    });
  }

  /** What CloudFormation knows the stacks' resources of a type by. */
  public idsOf(type: string): string[] {
    return this.stacks.flatMap(({ resources = [] }) =>
      resources.flatMap((resource) => (resource.type === type ? [resource.physicalId] : [])),
    );
  }
}

/** CloudFormation knows some by their ARN, in which the name may be in lower case. */
function resourceKey(type: string, id: string): string {
  return `${type} ${id.startsWith('arn:') ? id.toLowerCase() : id}`;
}
