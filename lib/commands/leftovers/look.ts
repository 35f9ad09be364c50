import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { arnKind } from './arn';
import { Clients } from './clients';
import { failureReason } from './failure';
import { find, type Search } from './finder';
import { FINDERS } from './finders';
import type { BlindSpot, Found, Leftover } from './leftover';
import { Ownership } from './ownership';
import { ProjectNames } from './project-names';
import { findStacks, STACK_ARNS } from './stacks';
import { taggedArns, taggedResource } from './tagged-resources';

/** Whose things to look for, and where. */
export interface LookProps {
  readonly project: string;
  readonly regions: readonly string[];
  /** The stacks that the app declares, which `cdk destroy` therefore knows. */
  readonly declaredStacks: readonly string[];
  readonly signal: AbortSignal;
  /** Told what is looked at next. */
  progress(text: string): void;
}

/** What a look sees. */
export interface Sight {
  /** In the order in which to remove them. */
  readonly leftovers: readonly Leftover[];
  readonly blindSpots: readonly BlindSpot[];
}

/** What services without regions are shown under. */
const GLOBAL = 'global';

/** Looks for everything of a project that still exists. What it cannot see is said, never thrown; only an abort is thrown. */
export async function look(props: LookProps): Promise<Sight> {
  const clients = new Map(props.regions.map((region) => [region, new Clients(region)]));
  try {
    return await new Look(props, clients).run();
  } finally {
    clients.forEach((client) => client.destroy());
  }
}

/** One look at one project. */
class Look {
  private readonly names: ProjectNames;
  private readonly found: { readonly leftover: Leftover; readonly place: number }[] = [];
  private readonly blindSpots: BlindSpot[] = [];
  /** The account's id, and AWS's name of the separate world that it belongs to. */
  private caller = { account: '', partition: '' };

  public constructor(
    private readonly props: LookProps,
    private readonly clients: ReadonlyMap<string, Clients>,
  ) {
    this.names = new ProjectNames(props.project);
  }

  public async run(): Promise<Sight> {
    const { regions } = this.props;
    const home = regions[0]!;
    const credentials = 'anything: AWS does not say whose credentials these are';
    const identity = await this.attempt(GLOBAL, credentials, () => {
      const { client, options } = this.search(home);
      return client(STSClient).send(new GetCallerIdentityCommand({}), options);
    });
    if (identity) {
      this.caller = { account: identity.Account!, partition: identity.Arn!.split(':')[1]! };
      const ownerships: Ownership[] = [];
      for (const region of regions) {
        const owned = await this.recogniseIn(region);
        ownerships.push(owned);
        await this.runFinders(region, region, owned);
      }
      await this.runFinders(GLOBAL, home, Ownership.ofAll(ownerships));
    }
    return {
      leftovers: this.found.toSorted((one, other) => one.place - other.place).map(({ leftover }) => leftover),
      blindSpots: this.blindSpots,
    };
  }

  /** What tells the project's things from others in a region. The stacks go first, what no finder knows last. */
  private async recogniseIn(region: string): Promise<Ownership> {
    this.props.progress(`looking for ${this.names.project} in ${region}: tags and stacks`);
    const search = this.search(region);
    const [tagged = [], stacks = []] = await Promise.all([
      this.attempt(region, 'tagged resources', () => taggedArns(search)),
      this.attempt(region, 'stacks', () => findStacks(search, this.props.declaredStacks)),
    ]);
    const order = this.names.stackNames;
    for (const { resources: _, ...stack } of stacks) {
      const rank = order.includes(stack.name) ? order.indexOf(stack.name) : order.length;
      this.add(stack, region, rank - order.length - 1);
    }
    unknownTagged(tagged).forEach((item) => this.add(item, region, FINDERS.length));
    return new Ownership(tagged, stacks);
  }

  private async runFinders(shownRegion: string, region: string, owned: Ownership): Promise<void> {
    const search = { ...this.search(region, shownRegion), owned };
    this.props.progress(`looking for ${this.names.project} in ${shownRegion}`);
    const looks = FINDERS.map(async (finder, place) => {
      if ((finder.global ?? false) === (shownRegion === GLOBAL)) {
        await this.attempt(shownRegion, finder.what, async () => {
          // What is found before a failure stays found.
          for await (const item of find(finder, search)) {
            this.add(item, shownRegion, place);
          }
        });
      }
    });
    await Promise.all(looks);
  }

  /** @param place when to remove it: before what has a higher one */
  private add(item: Found, region: string, place: number): void {
    this.found.push({ leftover: { ...item, region }, place });
  }

  private search(region: string, shownRegion = region): Omit<Search, 'owned'> {
    return {
      region,
      ...this.caller,
      names: this.names,
      options: { abortSignal: this.props.signal },
      client: (Class) => this.clients.get(region)!.get(Class),
      cannotSee: (what, error) => this.cannotSee(shownRegion, what, error),
    };
  }

  private async attempt<T>(region: string, what: string, see: () => Promise<T>): Promise<T | undefined> {
    try {
      return await see();
    } catch (error) {
      return this.cannotSee(region, what, error);
    }
  }

  private cannotSee(region: string, what: string, error: unknown): undefined {
    this.props.signal.throwIfAborted();
    this.blindSpots.push({ region, what, why: failureReason(error) });
    return undefined;
  }
}

/** Tagged resources of types that no finder lists. One that a finder would list and does not is gone. */
function unknownTagged(tagged: readonly string[]): Found[] {
  const known = [STACK_ARNS, ...FINDERS.map(({ arns }) => arns)];
  return tagged.filter((arn) => !known.some((arns) => arns.test(arnKind(arn)))).map(taggedResource);
}
