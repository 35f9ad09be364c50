import type { Client, ClientClass } from './clients';
import { FREE, type Leftover } from './leftover';
import type { Candidate, Ownership } from './ownership';
import type { ProjectNames } from './project-names';
import { awsCommand, awsGlobalCommand } from './removal';

/** Where and for whom a finder looks, and by what. */
export interface Search {
  /** The region that it asks. */
  readonly region: string;
  /** The account's id. */
  readonly account: string;
  readonly names: ProjectNames;
  readonly owned: Ownership;
  /** What a command or a paginator gets beside its input. */
  readonly options: { readonly abortSignal: AbortSignal };
  /** The region's client of a service. It reads only. */
  client<T extends Client>(Class: ClientClass<T>): T;
  /** Reports a part that could not be seen, so that the rest still can. Aborts are thrown again. */
  cannotSee(what: string, error: unknown): void;
  /** What a call answers; undefined for what is gone by now, and for what cannot be seen, which is reported. */
  see<T>(what: string, call: () => Promise<T>): Promise<T | undefined>;
}

/** What is found; the region is added to it. */
export type Found = Omit<Leftover, 'region'>;

/** What a thing is like. */
type Description = Pick<Found, 'detail' | 'cost' | 'removal'>;

/** A thing that a service lists, the project's or not. */
export interface Listed
  extends Pick<Candidate, 'name' | 'arn' | 'isNamed' | 'isTagged'>, Partial<Description> {
  /** @default - the finder's */
  readonly type?: string;
  /**
   * What CloudFormation knows it by.
   * @default - its name, or its ARN
   */
  readonly id?: string;
  /** Asks what the list does not tell, of a thing of the project; undefined if it is gone by now. */
  describe?(): Promise<Partial<Description> | undefined>;
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
  /** The AWS CLI's command that removes one, and its option for the name; without, each thing says what does. */
  readonly remove?: readonly [command: string, option: string];
  /** A thing may come more than once. */
  list(search: Search): AsyncIterable<Listed>;
}

/** What a finder lists of the project. */
export async function* find(finder: Finder, search: Search): AsyncIterable<Found> {
  const seen = new Set<string>();
  for await (const listed of finder.list(search)) {
    const { type = finder.type, name, id = name, arn, removal = removalOf(finder, name, search) } = listed;
    const own = search.owned.recognise({ ...listed, type, name: id, removal });
    if (!own || seen.has(arn ?? name)) {
      continue;
    }
    seen.add(arn ?? name);
    const described = listed.describe ? await listed.describe() : {};
    if (described) {
      const { detail = '', cost = FREE } = { ...listed, ...described };
      // What removes the stack removes what it holds.
      const removal = own.removal.length > 0 ? own.removal : (described.removal ?? []);
      yield { type, name, arn, foundBy: own.foundBy, detail, cost, removal };
    }
  }
}

function removalOf({ remove, global }: Finder, name: string, { region }: Search): string[] {
  if (!remove) {
    return [];
  }
  const [command, option] = remove;
  return [
    global ? awsGlobalCommand(command, { [option]: name }) : awsCommand(region, command, { [option]: name }),
  ];
}

/** The things of a service's pages, one by one. */
export async function* each<P, T>(
  pages: AsyncIterable<P>,
  things: (page: P) => readonly T[] | undefined,
): AsyncIterable<T> {
  for await (const page of pages) {
    yield* things(page) ?? [];
  }
}
