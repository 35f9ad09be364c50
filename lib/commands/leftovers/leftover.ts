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
