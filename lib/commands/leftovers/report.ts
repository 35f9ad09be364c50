import { columns } from '../../console/columns';
import { formatUsd } from '../../cost/money';
import type { Leftover } from './leftover';
import type { Sight } from './look';

/** USD per hour below which the amount is not told: some pages of logs cost less than a cent in a year. */
const LEAST_SHOWN = 0.00001;

/** What all of it costs: the sum of what is known, and how many have parts that are not. */
export interface Total {
  readonly perHour: number;
  readonly unknown: number;
}

/** The sum of the leftovers' costs. */
export function totalOf(leftovers: readonly Leftover[]): Total {
  return {
    perHour: leftovers.reduce((sum, { cost }) => sum + (cost.perHour ?? 0), 0),
    unknown: leftovers.filter(({ cost }) => cost.unknown.length > 0).length,
  };
}

/** The report as text: a table with the dearest first, then the commands that remove it all in their order, then one line. */
export function renderReport({ leftovers, blindSpots }: Sight): string {
  const rows = leftovers
    .toSorted((one, other) => (other.cost.perHour ?? 0) - (one.cost.perHour ?? 0))
    .map((leftover) => [
      shownCost(leftover),
      leftover.type,
      leftover.name,
      leftover.region,
      leftover.foundBy.join(', '),
      leftover.detail,
    ]);
  const commands = removalCommands(leftovers);
  return [
    ...(rows.length > 0
      ? [columns([['per hour', 'type', 'name', 'region', 'found by', 'detail'], ...rows], 2), '']
      : []),
    ...(commands.length > 0
      ? ['To remove it, in this order:', ...commands.map((line) => `  ${line}`), '']
      : []),
    summary(leftovers, blindSpots.length),
  ].join('\n');
}

/** The commands that remove it all, each once. */
export function removalCommands(leftovers: readonly Leftover[]): string[] {
  return [...new Set(leftovers.flatMap(({ removal }) => removal))];
}

/** One line: how many are left and what they cost, or that nobody can tell. */
export function summary(leftovers: readonly Leftover[], blindSpots: number): string {
  const { perHour, unknown } = totalOf(leftovers);
  const unseen = `could not look at ${blindSpots} thing${blindSpots === 1 ? '' : 's'}`;
  if (leftovers.length === 0) {
    return blindSpots === 0 ? '0 left' : `${unseen}: this does not say that nothing is left`;
  }
  return [
    `${leftovers.length} left, ${shownAmount(perHour)}/h`,
    ...(unknown > 0 ? [`and what is unknown of ${unknown}`] : []),
    ...(blindSpots > 0 ? [`; ${unseen}`] : []),
  ]
    .join(' ')
    .replace(' ;', ';');
}

function shownCost({ cost: { perHour, unknown } }: Leftover): string {
  if (perHour === undefined) {
    return 'unknown';
  }
  const known = shownAmount(perHour);
  return unknown.length > 0 ? `${known} + ?` : known;
}

function shownAmount(perHour: number): string {
  return perHour > 0 && perHour < LEAST_SHOWN ? `< ${formatUsd(LEAST_SHOWN)}` : formatUsd(perHour);
}
