/** What a thing costs while nobody uses it, in USD per hour. */
export interface HourlyCost {
  /** The part that is known; undefined when nothing is. With entries in `unknown` it is a lower bound. */
  readonly perHour: number | undefined;
  /** The parts that cannot be known, each with its reason. */
  readonly unknown: readonly string[];
}

/** Nothing while nobody uses it. */
export const FREE: HourlyCost = { perHour: 0, unknown: [] };

/** How a thing was recognised: by its tag `project`, by its name, or as a resource of one of the project's stacks. */
export type FoundBy = 'tag' | 'name' | 'stack';

/** A thing of a project that still exists. */
export interface Leftover {
  /** CloudFormation's name of the type; `service:resource` as in the ARN where no finder knows the type. */
  readonly type: string;
  readonly name: string;
  /** The region, or `global`. */
  readonly region: string;
  readonly arn?: string;
  readonly foundBy: readonly FoundBy[];
  /** Its state and size, for a person. */
  readonly detail: string;
  readonly cost: HourlyCost;
  /** Shell commands that remove it, in their order; none if it goes by itself or nobody knows how. */
  readonly removal: readonly string[];
}

/** Something that could not be seen: never to be taken for something that is not there. */
export interface BlindSpot {
  /** The region, or `global`. */
  readonly region: string;
  /** What was looked for: `endpoints`, `versions of the bucket …`. */
  readonly what: string;
  /** Why, in AWS's or the network's own words. */
  readonly why: string;
}
