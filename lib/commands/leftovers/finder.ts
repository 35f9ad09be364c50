import { FREE, unknownPart } from '../../cost/resource-cost';
import type { Client, ClientClass } from './clients';
import { isGone } from './failure';
import type { Description, Found, Listed } from './leftover';
import type { Ownership } from './ownership';
import type { ProjectNames } from './project-names';
import { awsCommand } from './removal';

/** Where and for whom a finder looks, and by what. */
export interface Search {
  /** The region that it asks. */
  readonly region: string;
  /** The account's id, and AWS's name of the separate world that it belongs to. */
  readonly account: string;
  readonly partition: string;
  readonly names: ProjectNames;
  readonly owned: Ownership;
  /** What a command or a paginator gets beside its input. */
  readonly options: { readonly abortSignal: AbortSignal };
  /** The region's client of a service. It reads only. */
  client<T extends Client>(Class: ClientClass<T>): T;
  /** Reports a part that could not be seen, so that the rest still can. Aborts are thrown again. */
  cannotSee(what: string, error: unknown): void;
}

/** Lists the things of one service. What it throws is reported as a blind spot. */
export interface Finder {
  /** CloudFormation type. */
  readonly type: string;
  /** What it looks for, in the plural. */
  readonly what: string;
  /** The ARNs of the things that it lists, tagged or not, from the service on: `sagemaker:endpoint/…`. */
  readonly arns: RegExp;
  /** Whether the service has no regions: it is then asked once. */
  readonly global?: true;
  /** The AWS CLI's command that removes one, and its option for the name; without, each thing says what does. Not for global services. */
  readonly remove?: readonly [command: string, option: string];
  /** A thing may come more than once. */
  list(search: Search): AsyncIterable<Listed>;
}

/** What a finder lists of the project. */
export async function* find(finder: Finder, search: Search): AsyncIterable<Found> {
  const { type, remove: [command, option] = [] } = finder;
  const seen = new Set<string>();
  for await (const listed of finder.list(search)) {
    const { name, arn } = listed;
    const own = search.owned.recognise(type, listed);
    const described = own && !seen.has(arn ?? name) && (await describe(finder, listed, search));
    if (described) {
      seen.add(arn ?? name);
      const deletion =
        command && option ? [awsCommand(command, { [option]: name, region: search.region })] : [];
      const { detail = '', cost = FREE, removal = deletion } = described;
      // What removes the stack removes what it holds.
      yield { type, name, arn, foundBy: own.foundBy, detail, cost, removal: own.removal ?? removal };
    }
  }
}

/** All that is known of a thing; undefined if it is gone by now. */
async function describe({ what }: Finder, listed: Listed, search: Search): Promise<Description | undefined> {
  try {
    return { ...listed, ...(await listed.describe?.()) };
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    search.cannotSee(`${what}: what ${listed.name} has`, error);
    return { ...listed, cost: unknownPart('what it has cannot be seen') };
  }
}

/** The things of a service's pages, one by one; none where it says that there is nothing of the kind. */
export async function* each<P, T>(
  pages: AsyncIterable<P>,
  things: (page: P) => readonly T[] | undefined,
): AsyncIterable<T> {
  try {
    for await (const page of pages) {
      yield* things(page) ?? [];
    }
  } catch (error) {
    if (!isGone(error)) {
      throw error;
    }
  }
}
