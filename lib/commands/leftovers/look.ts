import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { arnKind } from './arn';
import { Clients } from './clients';
import { failureReason } from './failure';
import { find, type Finder, type Found, type Search } from './finder';
import { FINDERS } from './finders';
import type { BlindSpot, Leftover } from './leftover';
import { Ownership } from './ownership';
import { ProjectNames } from './project-names';
import { findStacks, type ProjectStacks, STACK_ARNS } from './stacks';
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

/** Services asked at once in one region. */
const CONCURRENCY = 4;

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
  private readonly blindSpots: BlindSpot[] = [];
  private account = '';

  public constructor(
    private readonly props: LookProps,
    private readonly clients: ReadonlyMap<string, Clients>,
  ) {
    this.names = new ProjectNames(props.project);
  }

  public async run(): Promise<Sight> {
    const { regions } = this.props;
    const home = regions[0]!;
    const account = await this.attempt(
      GLOBAL,
      'anything: AWS does not say whose credentials these are',
      async () => {
        const search = this.search(home);
        const identity = await search
          .client(STSClient)
          .send(new GetCallerIdentityCommand({}), search.options);
        return identity.Account!;
      },
    );
    if (account === undefined) {
      return { leftovers: [], blindSpots: this.blindSpots };
    }
    this.account = account;
    const ownerships: Ownership[] = [];
    const stacks: Leftover[] = [];
    const byFinder = new Map<Finder, Leftover[]>();
    const unknown: Leftover[] = [];
    for (const region of regions) {
      const { tagged, owned, found } = await this.recogniseIn(region);
      ownerships.push(owned);
      stacks.push(...found.map((item) => ({ ...item, region })));
      unknown.push(...unknownTagged(tagged).map((item) => ({ ...item, region })));
      await this.runFinders(
        FINDERS.filter(({ global }) => !global),
        region,
        region,
        owned,
        byFinder,
      );
    }
    await this.runFinders(
      FINDERS.filter(({ global }) => global),
      GLOBAL,
      home,
      Ownership.ofAll(ownerships),
      byFinder,
    );
    const order = this.names.stackNames;
    const rank = ({ name }: Leftover) => (order.includes(name) ? order.indexOf(name) : order.length);
    return {
      leftovers: [
        ...stacks.toSorted((one, other) => rank(one) - rank(other)),
        ...FINDERS.flatMap((finder) => byFinder.get(finder) ?? []),
        ...unknown,
      ],
      blindSpots: this.blindSpots,
    };
  }

  /** What tells the project's things from others in a region. */
  private async recogniseIn(
    region: string,
  ): Promise<{ tagged: readonly string[]; owned: Ownership; found: readonly Found[] }> {
    this.props.progress(`looking for ${this.names.project} in ${region}: tags and stacks`);
    const search = this.search(region);
    const none: ProjectStacks = { stacks: [], found: [] };
    const { declaredStacks } = this.props;
    const [tagged = [], { stacks, found } = none] = await Promise.all([
      this.attempt(region, 'tagged resources', () => taggedArns(search)),
      this.attempt(region, 'stacks', () => findStacks({ ...search, declaredStacks })),
    ]);
    return { tagged, owned: new Ownership(tagged, stacks), found };
  }

  private async runFinders(
    finders: readonly Finder[],
    shownRegion: string,
    region: string,
    owned: Ownership,
    byFinder: Map<Finder, Leftover[]>,
  ): Promise<void> {
    const waiting = [...finders];
    const work = async () => {
      for (let finder = waiting.shift(); finder; finder = waiting.shift()) {
        const { what } = finder;
        const found = byFinder.get(finder) ?? [];
        byFinder.set(finder, found);
        this.props.progress(`looking for ${this.names.project} in ${shownRegion}: ${what}`);
        await this.attempt(shownRegion, what, async () => {
          // What is found before a failure stays found.
          for await (const item of find(finder, { ...this.search(region, shownRegion), owned })) {
            found.push({ ...item, region: shownRegion });
          }
        });
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  }

  private search(region: string, shownRegion = region): Omit<Search, 'owned'> {
    return {
      region,
      account: this.account,
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
      this.cannotSee(region, what, error);
      return undefined;
    }
  }

  private cannotSee(region: string, what: string, error: unknown): void {
    this.props.signal.throwIfAborted();
    this.blindSpots.push({ region, what, why: failureReason(error) });
  }
}

/** Tagged resources of types that no finder lists. One that a finder would list and does not is gone. */
function unknownTagged(tagged: readonly string[]): Found[] {
  const known = [STACK_ARNS, ...FINDERS.map(({ arns }) => arns)];
  return tagged.filter((arn) => !known.some((arns) => arns.test(arnKind(arn)))).map(taggedResource);
}
