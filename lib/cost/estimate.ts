// What a template costs, before anything is deployed: by the hour, and for each training run. From properties of
// CloudFormation's types and a table of prices in this repository; what cannot be known is told instead of guessed.

import { TRAINING_JOB_RESOURCE_TYPE } from '../names';
import type { Template, TemplateResource } from '../aws/template';
import type { CostFunction } from './cost-function';
import { endpointCost } from './endpoint-cost';
import { FREE_TYPES } from './free-types';
import { PRICES, type Prices } from './prices';
import { RegionalPrices } from './regional-prices';
import { nothingAtRest, unknownCost, type Cost, type ResourceCost } from './resource-cost';
import { SUPPORTING_COSTS } from './supporting-costs';
import { knownValues } from './known-values';
import { trainingRunCost } from './training-run-cost';

/** How a template is priced. */
export interface EstimateOptions {
  /** Region that the stack is deployed to. */
  readonly region: string;
  /** @default - the price table of this repository */
  readonly prices?: Prices;
}

/** What the resources of a template cost. Amounts are USD and hold the known parts only: see `unknown`. */
export interface CostEstimate {
  /** Every resource, in the template's order. */
  readonly resources: readonly ResourceCost[];
  /** The sum per hour while nobody uses it. */
  readonly perHour: number;
  /** The most that one run of every training job costs; undefined when there is no job or no price for one. */
  readonly perRun: number | undefined;
  /** What no sum contains. Empty when the sums are complete. */
  readonly unknown: readonly { readonly logicalId: string; readonly reason: string }[];
}

/** Prices a template from its JSON alone: no account, no network. */
export function estimateTemplate(template: Template, options: EstimateOptions): CostEstimate {
  const { region, prices = PRICES } = options;
  const values = knownValues(template, region);
  const regional = new RegionalPrices(prices, region);
  const costs: ReadonlyMap<string, CostFunction> = new Map([
    ...Object.entries(SUPPORTING_COSTS),
    ['AWS::SageMaker::Endpoint', endpointCost],
    [TRAINING_JOB_RESOURCE_TYPE, (request) => trainingJobCost(request)],
  ]);
  const resourceCost = (logicalId: string, { Type, Properties = {} }: TemplateResource): Cost => {
    const free = Object.hasOwn(FREE_TYPES, Type) ? FREE_TYPES[Type] : undefined;
    return free === undefined
      ? (costs.get(Type)?.(Properties, { logicalId, template, values, prices: regional }) ??
          unknownCost(Type, `${Type} is not in the price table`))
      : nothingAtRest(free);
  };
  const trainingJobCost = (request: Readonly<Record<string, unknown>>): Cost => {
    const run = trainingRunCost(request, region, prices, values);
    const notes = run.spot ? ['spot: up to this, and usually less'] : [];
    if (run.instances.some((instances) => / ml\.m[45]\.xlarge$/.test(instances))) {
      notes.push('free tier of the first two months: 50 h a month of ml.m4.xlarge or ml.m5.xlarge training');
    }
    const what = `training job, ${run.instances.join(', ') || 'unknown instances'}`;
    return { ...nothingAtRest(what, { notes }), unknown: run.unknown, run };
  };
  const resources = Object.entries(template.Resources ?? {}).map(([logicalId, resource]): ResourceCost => {
    const { Type: type, Condition } = resource;
    const cost = resourceCost(logicalId, resource);
    const condition = Condition === undefined ? [] : [`only if the condition ${Condition} holds`];
    return { logicalId, type, ...cost, notes: [...cost.notes, ...condition] };
  });
  const runs = resources.flatMap(({ run }) => run?.most ?? []);
  return {
    resources,
    perHour: total(resources.map(({ perHour = 0 }) => perHour)),
    perRun: runs.length === 0 ? undefined : total(runs),
    unknown: resources.flatMap(({ logicalId, unknown }) => unknown.map((reason) => ({ logicalId, reason }))),
  };
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
