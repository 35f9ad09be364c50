import { isDeepStrictEqual } from 'node:util';
import { estimateTemplate, type CostEstimate } from '../../cost/estimate';
import { formatPerHour, formatPerMonth, formatUsd, HOURS_PER_MONTH } from '../../cost/money';
import type { Prices } from '../../cost/prices';
import type { ResourceCost } from '../../cost/resource-cost';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
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
    before: estimate(pair.before, pricing),
    after: estimate(pair.after, pricing),
  }));
  const resources = estimates.flatMap(({ pair, before, after }) =>
    logicalIds(pair).map((logicalId): CostPair => {
      const find = ({ resources }: CostEstimate) => resources.find((cost) => cost.logicalId === logicalId);
      return { name: resourceName(pair, logicalId), before: find(before), after: find(after) };
    }),
  );
  const before = totalOf(estimates.map((estimate) => estimate.before));
  const after = totalOf(estimates.map((estimate) => estimate.after));
  // A deploy deletes no stack.
  const whileKept = totalOf(estimates.map(({ pair, ...costs }) => (pair.after ? costs.after : costs.before)));
  const changed = resources.filter(isCostChange);
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
      paragraph(answer(before, after, changed)),
      ...estimates.filter(({ pair }) => !pair.after).map(stackToDelete),
      ...table(changed, before, after),
      ...list([
        ...changed.flatMap(runLine),
        // A run's own unknowns are told with the run.
        ...remarks('Unknown', changed, ({ unknown, run }) => (run ? [] : unknown)),
        ...remarks('By use', changed.filter(isUsedOtherwise), ({ perUse }) => perUse),
        ...remarks('Note', changed, ({ notes }) => notes),
        ...stillUnknown(resources.filter((pair) => !changed.includes(pair))),
      ]),
    ],
  };
}

function estimate(stack: AssemblyStack | undefined, pricing: Pricing): CostEstimate {
  return estimateTemplate(stack?.template ?? {}, pricing);
}

/** A sum of what is known at rest, in USD per hour, and whether there is more that is not known. */
interface Total {
  readonly perHour: number;
  readonly unknown: number;
}

function totalOf(estimates: readonly CostEstimate[]): Total {
  const sum = (value: (estimate: CostEstimate) => number) =>
    estimates.reduce((total, estimate) => total + value(estimate), 0);
  return {
    perHour: sum(({ perHour }) => perHour),
    unknown: sum(({ unknown }) => unknown.length),
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

function difference(before: Total, after: Total): string {
  const more = after.perHour - before.perHour;
  return isNothing(more) ? 'the same cost' : `${more > 0 ? '+' : '-'}${formatPerMonth(Math.abs(more))}`;
}

function isNothing(usd: number): boolean {
  return Math.abs(usd) < 1e-9;
}

function answer(before: Total, after: Total, changed: readonly CostPair[]): Text {
  const rest = after.unknown > 0 ? ', and what is unknown' : '';
  if (changed.length === 0) {
    return text`${strong('The same')} as before: ${both(after)} at rest${rest}.`;
  }
  const more = after.perHour - before.perHour;
  if (isNothing(more)) {
    return text`${strong('The same')} at rest as before: ${both(after)}${rest}.`;
  }
  const direction = more > 0 ? 'more' : 'less';
  return text`${strong(`${formatPerMonth(Math.abs(more))} ${direction}`)} at rest: ${both(before)} → ${both(after)}${rest}.`;
}

function both({ perHour }: Pick<Total, 'perHour'>): string {
  return `${formatPerHour(perHour)} (${formatPerMonth(perHour)})`;
}

/** What costs nothing at rest, before and after, has its lines below. */
function table(changed: readonly CostPair[], before: Total, after: Total): Block[] {
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
  return [
    [code(name)],
    before ? [before.what, ': ', hourly(before)] : ['none'],
    after ? [after.what, ': ', hourly(after)] : ['none'],
    [`${monthly(before)} → ${monthly(after)}`],
  ];
}

/** What is unknown beside an amount has its line below the table. */
function hourly({ perHour }: ResourceCost): string {
  return perHour === undefined ? 'unknown' : formatPerHour(perHour);
}

function monthly(cost: Pick<ResourceCost, 'perHour'> | undefined): string {
  const perHour = cost === undefined ? 0 : cost.perHour;
  return perHour === undefined ? 'unknown' : formatUsd(perHour * HOURS_PER_MONTH);
}

function totalRow(before: Total, after: Total): Text[] {
  return [
    [strong('Everything')],
    [strong(formatPerHour(before.perHour))],
    [strong(formatPerHour(after.perHour))],
    [strong(`${monthly(before)} → ${monthly(after)}`)],
  ];
}

/** A deploy deletes no stack: what it costs goes on. */
function stackToDelete({ pair, before }: { readonly pair: StackPair; readonly before: CostEstimate }): Block {
  return paragraph(
    text`${strong('A deploy deletes no stack')}: until ${code(pair.name)} is deleted, it goes on costing ${both(before)}.`,
  );
}

function runLine({ name, before, after }: CostPair): Text[] {
  const most = (cost: ResourceCost | undefined) =>
    cost === undefined
      ? 'none'
      : cost.run?.most === undefined
        ? 'unknown'
        : `at most ${formatUsd(cost.run.most)}`;
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

function isUsedOtherwise({ before, after }: CostPair): boolean {
  return !isDeepStrictEqual(before?.perUse ?? [], after?.perUse ?? []);
}

/** What a reader of the totals should know of, although the change has nothing to do with it. */
function stillUnknown(unchanged: readonly CostPair[]): Text[] {
  const names = unchanged
    .filter(({ after }) => after && after.unknown.length > 0)
    .map(({ name }) => [code(name)]);
  return names.length === 0 ? [] : [text`Unknown as before: ${joined(names, ', ')}`];
}
