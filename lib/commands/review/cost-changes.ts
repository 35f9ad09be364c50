import { isDeepStrictEqual } from 'node:util';
import { estimateTemplate, type CostEstimate } from '../../cost/estimate';
import { formatPerHour, formatPerMonth, formatUsd, HOURS_PER_MONTH } from '../../cost/money';
import type { Prices } from '../../cost/prices';
import type { ResourceCost } from '../../cost/resource-cost';
import { type Block, code, joined, list, paragraph, type Section, strong, type Text, text } from './document';
import { droppedIdleStops } from './idle-stops';
import { logicalIds, resourceName, type StackPair } from './stack-pair';

/** What amounts are made of. */
export interface Pricing {
  readonly region: string;
  readonly prices: Prices;
}

/** A resource's cost before and after; one of them is missing for a resource that is new or goes. */
interface CostPair {
  readonly name: string;
  readonly before: ResourceCost | undefined;
  readonly after: ResourceCost | undefined;
}

/** What does it cost? Each resource whose cost changes, and the totals. */
export function costSection(pairs: readonly StackPair[], pricing: Pricing): Section {
  const estimates = pairs.map((pair) => ({
    pair,
    before: estimateTemplate(pair.before?.template ?? {}, pricing),
    after: estimateTemplate(pair.after?.template ?? {}, pricing),
  }));
  const resources = estimates.flatMap(({ pair, before, after }) =>
    logicalIds(pair).map((logicalId): CostPair => {
      const find = ({ resources }: CostEstimate) => resources.find((cost) => cost.logicalId === logicalId);
      return { name: resourceName(pair, logicalId), before: find(before), after: find(after) };
    }),
  );
  const atRest = (of: (costs: (typeof estimates)[number]) => CostEstimate) =>
    estimates.reduce((sum, costs) => sum + of(costs).perHour, 0);
  const before = atRest((costs) => costs.before);
  const after = atRest((costs) => costs.after);
  // A deploy deletes no stack.
  const whileKept = atRest((costs) => (costs.pair.after ? costs.after : costs.before));
  const rest = estimates.some((costs) => costs.after.unknown.length > 0) ? ', and what is unknown' : '';
  const changed = resources.filter(isCostChange);
  const usedOtherwise = changed.filter(
    (pair) => !isDeepStrictEqual(pair.before?.perUse ?? [], pair.after?.perUse ?? []),
  );
  const dropped = estimates.flatMap(({ pair, after: estimated }) => droppedIdleStops(pair, estimated));
  return {
    title: 'What does it cost?',
    answers: [
      ...dropped.map(({ what }) => `nothing stops the ${what} any more`),
      difference(before, whileKept),
    ],
    gravity: 2,
    blocks: [
      ...dropped.map(({ warning }) => paragraph(warning)),
      paragraph(text`${answer(before, after, changed)}${rest}.`),
      ...estimates
        .filter(({ pair }) => !pair.after)
        .map((costs) =>
          paragraph(
            text`${strong('A deploy deletes no stack')}: until ${code(costs.pair.name)} is deleted, it goes on costing ${both(costs.before.perHour)}.`,
          ),
        ),
      ...table(changed, before, after),
      ...list([
        ...changed.flatMap(runLine),
        // A run's own unknowns are told with the run.
        ...remarks('Unknown', changed, ({ unknown, run }) => (run ? [] : unknown)),
        ...remarks('By use', usedOtherwise, ({ perUse }) => perUse),
        ...remarks('Note', changed, ({ notes }) => notes),
        ...stillUnknown(resources.filter((pair) => !changed.includes(pair))),
      ]),
    ],
  };
}

/** Whether a person who pays sees a difference: not for a free resource that comes or goes. */
function isCostChange({ before, after }: CostPair): boolean {
  const facts = (cost: ResourceCost | undefined) =>
    cost === undefined || isFree(cost)
      ? ''
      : JSON.stringify([cost.what, cost.perHour, cost.unknown, cost.perUse, cost.run?.most]);
  return facts(before) !== facts(after);
}

function isFree(cost: ResourceCost): boolean {
  return (
    cost.perHour === 0 && cost.unknown.length === 0 && cost.perUse.length === 0 && cost.run === undefined
  );
}

function difference(before: number, after: number): string {
  const more = after - before;
  return isNothing(more) ? 'the same cost' : `${more > 0 ? '+' : '-'}${formatPerMonth(Math.abs(more))}`;
}

function isNothing(usd: number): boolean {
  return Math.abs(usd) < 1e-9;
}

function answer(before: number, after: number, changed: readonly CostPair[]): Text {
  const more = after - before;
  if (changed.length === 0) {
    return text`${strong('The same')} as before: ${both(after)} at rest`;
  }
  return isNothing(more)
    ? text`${strong('The same')} at rest as before: ${both(after)}`
    : text`${strong(`${formatPerMonth(Math.abs(more))} ${more > 0 ? 'more' : 'less'}`)} at rest: ${both(before)} → ${both(after)}`;
}

function both(perHour: number): string {
  return `${formatPerHour(perHour)} (${formatPerMonth(perHour)})`;
}

/** What costs nothing at rest, before and after, has its lines below. */
function table(changed: readonly CostPair[], before: number, after: number): Block[] {
  const costs = (cost: ResourceCost | undefined) =>
    cost !== undefined && (cost.perHour !== 0 || (cost.unknown.length > 0 && cost.run === undefined));
  const rows = changed.filter((pair) => costs(pair.before) || costs(pair.after));
  return rows.length === 0
    ? []
    : [
        {
          kind: 'table',
          header: ['At rest', 'Before', 'After', 'Per month'],
          rows: [...rows.map(row), totalRow(before, after)],
        },
      ];
}

function row({ name, before, after }: CostPair): Text[] {
  // What is unknown beside an amount has its line below the table.
  const hourly = (cost: ResourceCost | undefined): Text =>
    cost ? [cost.what, ': ', cost.perHour === undefined ? 'unknown' : formatPerHour(cost.perHour)] : ['none'];
  const monthly = ({ perHour }: Pick<ResourceCost, 'perHour'> = { perHour: 0 }) =>
    perHour === undefined ? 'unknown' : formatUsd(perHour * HOURS_PER_MONTH);
  return [[code(name)], hourly(before), hourly(after), [`${monthly(before)} → ${monthly(after)}`]];
}

function totalRow(before: number, after: number): Text[] {
  const [former, next] = [before, after].map((perHour) => formatUsd(perHour * HOURS_PER_MONTH));
  return ['Everything', formatPerHour(before), formatPerHour(after), `${former} → ${next}`].map((cell) => [
    strong(cell),
  ]);
}

function runLine({ name, before, after }: CostPair): Text[] {
  const most = (cost: ResourceCost | undefined) =>
    cost?.run?.most === undefined ? (cost ? 'unknown' : 'none') : `at most ${formatUsd(cost.run.most)}`;
  return before?.run || after?.run ? [text`A run of ${code(name)}: ${most(before)} → ${most(after)}`] : [];
}

/** What several resources have in common in one line. */
function remarks(
  kind: string,
  pairs: readonly CostPair[],
  of: (cost: ResourceCost) => readonly string[],
): Text[] {
  const names = new Map<string, Text[]>();
  for (const { name, after } of pairs) {
    for (const remark of after && !isFree(after) ? of(after) : []) {
      names.set(remark, [...(names.get(remark) ?? []), [code(name)]]);
    }
  }
  return [...names].map(([remark, of]) => text`${kind}: ${joined(of, ', ')}: ${remark}`);
}

/** What a reader of the totals should know of, although the change has nothing to do with it. */
function stillUnknown(unchanged: readonly CostPair[]): Text[] {
  const names = unchanged
    .filter(({ after }) => after && after.unknown.length > 0)
    .map(({ name }) => [code(name)]);
  return names.length === 0 ? [] : [text`Unknown as before: ${joined(names, ', ')}`];
}
