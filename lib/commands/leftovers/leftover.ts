import type { HourlyCost } from '../../cost/resource-cost';

/** How a thing was recognised: by its tag `project`, by its name, or as a resource of one of the project's stacks. */
export type FoundBy = 'tag' | 'name' | 'stack';

/** A thing of a project that still exists. */
export interface Leftover {
  /** CloudFormation's name of the type; `service:resource` as in the ARN where no finder knows the type. */
  readonly type: string;
  readonly name: string;
  /** The region, or `global`. */
  readonly region: string;
  readonly arn?: string | undefined;
  readonly foundBy: readonly FoundBy[];
  /** Its state and size, for a person. */
  readonly detail: string;
  /** What it costs while nobody uses it. */
  readonly cost: HourlyCost;
  /** Shell commands that remove it, in their order; none if it goes by itself or nobody knows how. */
  readonly removal: readonly string[];
}

/** Something that could not be seen: never to be taken for something that is not there. */
export interface BlindSpot {
  /** The region, or `global`. */
  readonly region: string;
  /** What was looked for: `endpoints`, `what the bucket … has`. */
  readonly what: string;
  /** Why, in AWS's or the network's own words. */
  readonly why: string;
}

/** What is found; the region is added to it. */
export type Found = Omit<Leftover, 'region'>;

/** What a thing is like. */
export type Description = Partial<Pick<Found, 'detail' | 'cost' | 'removal'>>;

/** A thing that a service lists, the project's or not. */
export interface Listed extends Description {
  readonly name: string;
  readonly arn?: string | undefined;
  /** Whether its name alone says that it is the project's. */
  readonly isNamed: boolean;
  /**
   * Whether the service itself says that it has the tag.
   * @default - as the tagging API says
   */
  readonly isTagged?: boolean;
  /**
   * What CloudFormation knows it by.
   * @default - its name, or its ARN
   */
  readonly id?: string;
  /** Asks what the list does not tell, of a thing of the project. What it throws is reported, unless the thing has gone. */
  describe?(): Promise<Description>;
}
