/** What something costs while nobody uses it, in USD per hour. */
export interface HourlyCost {
  /**
   * The part that is known: 0 means that it costs nothing, undefined that nothing is known. With entries in `unknown` it is a
   * lower bound.
   */
  readonly perHour: number | undefined;
  /** The parts that cannot be known, each with its reason; empty when the amount is complete. */
  readonly unknown: readonly string[];
}

/** What one run of a training job can cost, in USD. */
export interface TrainingRunCost {
  /** The instances, `2 × ml.m5.xlarge`: several entries for a heterogeneous cluster. */
  readonly instances: readonly string[];
  /** All instances together, on demand; undefined when a price or the instances are unknown. */
  readonly perHour: number | undefined;
  /** StoppingCondition.MaxRuntimeInSeconds: the limit of all attempts of the job together. */
  readonly maxRuntimeInSeconds: number | undefined;
  /** The most that a run costs: the instances and their volumes, where their price is known, for the longest run. */
  readonly most: number | undefined;
  /** Managed spot training: up to `most`, and usually less. */
  readonly spot: boolean;
  /** Parts that are in no amount, each with its reason. */
  readonly unknown: readonly string[];
}

/** What something costs. */
export interface Cost extends HourlyCost {
  /** What is paid for, in a few words: `2 × ml.m5.xlarge, real-time`. */
  readonly what: string;
  /** What using it adds, each as a sentence with its price. */
  readonly perUse: readonly string[];
  /** Free tiers and conditions. They are not counted in the amounts. */
  readonly notes: readonly string[];
  /** What one run costs: training jobs only. */
  readonly run?: TrainingRunCost;
}

/** The cost of one resource of a template. */
export interface ResourceCost extends Cost {
  readonly logicalId: string;
  /** CloudFormation type. */
  readonly type: string;
}

/** Nothing while nobody uses it. */
export const FREE: HourlyCost = { perHour: 0, unknown: [] };

/** A part of whose cost nothing is known. */
export function unknownPart(reason: string): HourlyCost {
  return { perHour: undefined, unknown: [reason] };
}

/** The sum of parts. What has no amount is listed, not counted. */
export function sumOf(parts: readonly HourlyCost[]): HourlyCost {
  const known = parts.flatMap(({ perHour }) => perHour ?? []);
  const unknown = parts.flatMap((part) => part.unknown);
  const isKnown = known.length > 0 || unknown.length === 0;
  return { perHour: isKnown ? known.reduce((sum, amount) => sum + amount, 0) : undefined, unknown };
}

/** What the parts of a resource cost together. */
export function costOf(
  what: string,
  parts: readonly HourlyCost[],
  more: Partial<Pick<Cost, 'perUse' | 'notes' | 'run'>> = {},
): Cost {
  return { what, ...sumOf(parts), perUse: [], notes: [], ...more };
}

/** A resource that costs nothing while nobody uses it. */
export function nothingAtRest(what: string, more: Partial<Pick<Cost, 'perUse' | 'notes'>> = {}): Cost {
  return costOf(what, [FREE], more);
}

/** A resource of whose cost nothing is known. */
export function unknownCost(what: string, reason: string): Cost {
  return costOf(what, [unknownPart(reason)]);
}
