/** What a ratio should be. */
type Aim = { readonly atMost: number } | { readonly atLeast: number };

/** One figure of the benchmark: a ratio of two things that were measured in the same run. */
export interface Comparison {
  /** What is compared with what. */
  readonly what: string;
  readonly ratio: number;
  /** @default - none: the ratio is for information */
  readonly aim?: Aim;
  /** The two figures behind the ratio, and what a reader should know about them. */
  readonly detail: string;
}

/** One figure against another of the same unit. */
export function compare(what: string, figure: number, base: number, unit: string, aim?: Aim): Comparison {
  const detail = `${digits(figure)} ${unit} against ${digits(base)} ${unit}`;
  return { what, ratio: figure / base, aim, detail };
}

/** The median of one value or more. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The medians of several things, measured in turn a few times over, so that whatever else the machine does falls on all alike. */
export async function measureInterleaved<Name extends string, Figure extends string>(
  things: Readonly<Record<Name, () => Promise<Readonly<Record<Figure, number>>>>>,
  repetitions: number,
): Promise<Record<Name, Record<Figure, number>>> {
  const measured = new Map<string, Readonly<Record<Figure, number>>[]>();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [name, measure] of Object.entries<(typeof things)[Name]>(things)) {
      measured.set(name, [...(measured.get(name) ?? []), await measure()]);
    }
  }
  const medians = [...measured].map(([name, measurements]) => {
    const figures = Object.keys(measurements[0]!) as Figure[];
    return [
      name,
      Object.fromEntries(figures.map((key) => [key, median(measurements.map((all) => all[key]))])),
    ];
  });
  return Object.fromEntries(medians) as Record<Name, Record<Figure, number>>;
}

/** One line: what, ratio, aim, met or not (by the ratio itself, not by the digits that are shown), and the figures behind it. */
export function renderComparison({ what, ratio, aim, detail }: Comparison): string {
  if (aim === undefined) {
    return `${what}: ${digits(ratio)}×; no aim (${detail})`;
  }
  const [sign, bound, isMet] =
    'atMost' in aim ? ['≤', aim.atMost, ratio <= aim.atMost] : ['≥', aim.atLeast, ratio >= aim.atLeast];
  return `${what}: ${digits(ratio)}×; aim ${sign} ${bound}×, ${isMet ? 'met' : 'not met'} (${detail})`;
}

/** Three significant digits, no exponent: 0.123, 1.23, 12.3, 1234. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
