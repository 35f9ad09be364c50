// What a template costs, before anything is deployed: by the hour, by the month, for each training run. From properties of
// CloudFormation's types and a table of prices in this repository; what cannot be known is told instead of guessed.

import { TRAINING_JOB_RESOURCE_TYPE } from '../names';
import type { Template, TemplateResource } from '../aws/template';
import { endpointCost } from './endpoint-cost';
import { FREE_TYPE_NOTES, FREE_TYPES } from './free-types';
import { PRICES, type Prices } from './prices';
import { nothingAtRest, RegionalPrices, unknownCost, type Cost, type ResourceCost } from './resource-cost';
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
  /** The same per month of 730 hours. */
  readonly perMonth: number;
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
  const resources = Object.entries(template.Resources ?? {}).map(([logicalId, resource]): ResourceCost => {
    const path = resource.Metadata?.['aws:cdk:path'];
    const cost = resourceCost(logicalId, resource);
    const condition =
      resource.Condition === undefined ? [] : [`only if the condition ${resource.Condition} holds`];
    return {
      logicalId,
      path: typeof path === 'string' ? path : undefined,
      type: resource.Type,
      ...cost,
      notes: [...cost.notes, ...condition],
    };
  });
  const runs = resources.flatMap(({ run }) => (run?.most === undefined ? [] : [run.most]));
  return {
    resources,
    perHour: total(resources.map(({ perHour }) => perHour)),
    perMonth: total(resources.map(({ perMonth }) => perMonth)),
    perRun: runs.length === 0 ? undefined : total(runs),
    unknown: resources.flatMap(({ logicalId, unknown }) => unknown.map((reason) => ({ logicalId, reason }))),
  };

  function resourceCost(logicalId: string, { Type, Properties = {} }: TemplateResource): Cost {
    if (Type === 'AWS::SageMaker::Endpoint') {
      return endpointCost(logicalId, Properties, { template, values, prices: regional });
    }
    if (Type === TRAINING_JOB_RESOURCE_TYPE) {
      return trainingJobCost(Properties);
    }
    const supporting = Object.hasOwn(SUPPORTING_COSTS, Type) ? SUPPORTING_COSTS[Type] : undefined;
    if (supporting !== undefined) {
      return supporting(Properties, values, regional);
    }
    const free = Object.hasOwn(FREE_TYPES, Type) ? FREE_TYPES[Type] : undefined;
    if (free !== undefined) {
      const note = FREE_TYPE_NOTES[Type];
      return nothingAtRest(free, { notes: note === undefined ? [] : [note] });
    }
    return unknownCost(Type, `${Type} is not in the price table`);
  }

  function trainingJobCost(request: Readonly<Record<string, unknown>>): Cost {
    const run = trainingRunCost(request, region, prices, values);
    const instances = run.instances.map(
      ({ instanceCount, instanceType }) => `${instanceCount} × ${instanceType}`,
    );
    const notes = run.spot ? ['spot: up to this, and usually less'] : [];
    if (run.instances.some(({ instanceType }) => /^ml\.m[45]\.xlarge$/.test(instanceType))) {
      notes.push('free tier of the first two months: 50 h a month of ml.m4.xlarge or ml.m5.xlarge training');
    }
    return {
      ...nothingAtRest(`training job, ${instances.join(', ') || 'unknown instances'}`, { notes }),
      unknown: run.unknown,
      run,
    };
  }
}

function total(amounts: readonly (number | undefined)[]): number {
  return amounts.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
}
