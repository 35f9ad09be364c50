import type { Template } from '../aws/template';
import type { TemplateResolver } from '../aws/template-resolver';
import type { RegionalPrices } from './regional-prices';
import type { Cost } from './resource-cost';

/** What a resource's cost needs besides its own properties. */
export interface CostContext {
  readonly logicalId: string;
  readonly template: Template;
  readonly values: TemplateResolver;
  readonly prices: RegionalPrices;
}

/** Prices one resource from its properties. */
export type CostFunction = (properties: Readonly<Record<string, unknown>>, context: CostContext) => Cost;
