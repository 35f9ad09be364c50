/** What a ratio should be. */
export type Aim = { readonly atMost: number } | { readonly atLeast: number };

/** One figure of the benchmark: a ratio of two things that were measured in the same run. */
export interface Comparison {
  /** What is compared with what. */
  readonly what: string;
  readonly ratio: number;
  /** @default - none: the ratio is for information */
  readonly aim?: Aim;
  /** The two medians behind the ratio, and what a reader should know about them. */
  readonly detail: string;
}

/** The median. @throws Error for no values */
export function median(values: readonly number[]): number {
  if (values.length === 0) {
    throw new Error('no values have no median');
  }
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Measures several things in turn, a few times over, so that whatever else the machine does falls on all alike.
 * @returns the measurements of each, in their order
 */
export async function measureInterleaved<Name extends string, Measurement>(
  things: Readonly<Record<Name, () => Promise<Measurement>>>,
  repetitions: number,
): Promise<Record<Name, Measurement[]>> {
  const names = Object.keys(things) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measurement[]])) as Record<
    Name,
    Measurement[]
  >;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const name of names) {
      measured[name].push(await things[name]());
    }
  }
  return measured;
}

/** Whether a ratio is what it should be. The ratio itself counts, not the digits that are shown. */
export function isMet(ratio: number, aim: Aim): boolean {
  return 'atMost' in aim ? ratio <= aim.atMost : ratio >= aim.atLeast;
}

/** One line: what, ratio, aim, met or not, and the figures behind it. */
export function renderComparison({ what, ratio, aim, detail }: Comparison): string {
  const verdict = aim
    ? `aim ${'atMost' in aim ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`}×, ${isMet(ratio, aim) ? 'met' : 'not met'}`
    : 'no aim';
  return `${what}: ${digits(ratio)}×; ${verdict} (${detail})`;
}

/** Three significant digits, no exponent: 0.123, 1.23, 12.3, 1234. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
