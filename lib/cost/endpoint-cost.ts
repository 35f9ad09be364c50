import { asRecord, asRecords, referencedIds, type Template } from '../aws/template';
import { TemplateResolver } from '../aws/template-resolver';
import { formatPerHour, formatUsd } from './money';
import {
  nothingAtRest,
  sumOf,
  unknownCost,
  type Cost,
  type Part,
  type RegionalPrices,
} from './resource-cost';

/** What an endpoint's estimate needs besides its own properties. */
export interface EndpointContext {
  readonly template: Template;
  readonly values: TemplateResolver;
  readonly prices: RegionalPrices;
}

/** Length of the call that a serverless endpoint's price is told for. */
const CALL_MILLISECONDS = 1000;

/** A production variant, read. Counts are undefined when they are known only at deploy. */
interface Variant {
  readonly properties: Record<string, unknown>;
  readonly name: string | undefined;
  readonly least: number | undefined;
  readonly greatest: number | undefined;
}

/** The cost of an AWS::SageMaker::Endpoint: that of the variants of its configuration. */
export function endpointCost(
  logicalId: string,
  properties: Readonly<Record<string, unknown>>,
  context: EndpointContext,
): Cost {
  const config = endpointConfig(properties, context);
  if (config === undefined) {
    const name = context.values.describe(properties.EndpointConfigName);
    return unknownCost('endpoint', `its configuration ${name} is not in this template`);
  }
  const variants = [...asRecords(config.ProductionVariants), ...asRecords(config.ShadowProductionVariants)];
  const isAsync = config.AsyncInferenceConfig !== undefined;
  const costs = variants.map((properties) => {
    const serverless = asRecord(properties.ServerlessConfig);
    return serverless === undefined
      ? instancesCost(readVariant(logicalId, properties, context), isAsync, context)
      : serverlessCost(serverless, context);
  });
  if (costs.length === 0) {
    return unknownCost('endpoint', 'its configuration has no variants that can be read');
  }
  const data = context.prices.find('endpointData', 'in');
  return sumOf(
    costs.map(({ what }) => what).join(', '),
    costs.flatMap((cost) => [
      ...(cost.perHour === undefined ? [] : [{ perHour: cost.perHour }]),
      ...cost.unknown.map((unknown) => ({ unknown })),
    ]),
    {
      perUse: [
        ...costs.flatMap(({ perUse }) => perUse),
        ...(data === undefined ? [] : [`data in and out: ${formatUsd(data)} per GB`]),
      ],
      notes: [...new Set(costs.flatMap(({ notes }) => notes))],
    },
  );
}

function endpointConfig(
  properties: Readonly<Record<string, unknown>>,
  { template, values }: EndpointContext,
): Readonly<Record<string, unknown>> | undefined {
  const configs = Object.entries(template.Resources ?? {}).filter(
    ([, { Type }]) => Type === 'AWS::SageMaker::EndpointConfig',
  );
  const ids = referencedIds(properties.EndpointConfigName);
  const name = values.text(properties.EndpointConfigName);
  const found = configs.find(
    ([id, { Properties }]) =>
      ids.has(id) || (name !== undefined && values.text(Properties?.EndpointConfigName) === name),
  );
  return found?.[1].Properties;
}

/** Reads a variant with its scalable target: the least is what is paid for at rest. */
function readVariant(
  endpointId: string,
  properties: Record<string, unknown>,
  { template, values }: EndpointContext,
): Variant {
  const name = values.text(properties.VariantName);
  const initial = values.number(properties.InitialInstanceCount);
  const byLogicalIds = new TemplateResolver(template, { reference: (id) => id });
  const target = Object.values(template.Resources ?? {}).find(({ Type, Properties }) => {
    const resourceId = Properties?.ResourceId;
    return (
      Type === 'AWS::ApplicationAutoScaling::ScalableTarget' &&
      referencedIds(resourceId).has(endpointId) &&
      // The id ends in /variant/<name>: one target scales one variant.
      (name === undefined || byLogicalIds.text(resourceId)?.endsWith(`/variant/${name}`))
    );
  });
  if (target !== undefined) {
    return {
      properties,
      name,
      least: values.number(target.Properties?.MinCapacity),
      greatest: values.number(target.Properties?.MaxCapacity),
    };
  }
  return { properties, name, least: initial, greatest: initial };
}

function instancesCost(variant: Variant, isAsync: boolean, context: EndpointContext): Cost {
  const { values, prices } = context;
  const { least, greatest } = variant;
  const kind = isAsync ? 'asynchronous' : 'real-time';
  const type = values.text(variant.properties.InstanceType);
  if (type === undefined || least === undefined) {
    const reason =
      type === undefined
        ? `its InstanceType ${values.describe(variant.properties.InstanceType)} is known only at deploy`
        : `its number of instances is known only at deploy`;
    return unknownCost(`${kind} endpoint`, reason);
  }
  const table = isAsync && prices.find('asyncInference', type) !== undefined ? 'asyncInference' : 'hosting';
  const price = prices.find(table, type);
  const range = greatest === least ? `${least}` : `${least} to ${greatest ?? 'an unknown number of'}`;
  const what = `${range} × ${type}, ${kind}`;
  const perUse: string[] = [];
  const notes: string[] = [];
  if (greatest !== least && price !== undefined) {
    const most = greatest === undefined ? '' : `, at most ${formatPerHour(price * greatest)}`;
    perUse.push(`while it works: ${formatPerHour(price)} for each instance${most}`);
  }
  if (isAsync && least > 0) {
    notes.push('nothing scales it to zero: it costs this while nobody uses it');
  }
  if (isAsync && table === 'hosting' && price !== undefined) {
    notes.push(`priced as real-time hosting: the table has no asynchronous inference price of ${type}`);
  }
  if (!isAsync && (type === 'ml.m4.xlarge' || type === 'ml.m5.xlarge')) {
    notes.push('free tier of the first two months: 125 h a month of ml.m4.xlarge or ml.m5.xlarge hosting');
  }
  const parts: Part[] =
    price === undefined && least === 0
      ? [{ perHour: 0 }, { unknown: `instances while it works: ${prices.missing(table, type)}` }]
      : [prices.hourly('instances', table, type, least)];
  return sumOf(what, [...parts, ...volumeParts(variant, least, context)], { perUse, notes });
}

/** The instances' storage: SageMaker adds some even if no size is asked for, and then does not say how much. */
function volumeParts({ properties }: Variant, count: number, { values, prices }: EndpointContext): Part[] {
  if (count === 0) {
    return [];
  }
  if (properties.VolumeSizeInGB === undefined) {
    return [{ unknown: 'storage of the instances: its size is not in the template' }];
  }
  const size = values.number(properties.VolumeSizeInGB);
  return size === undefined
    ? [{ unknown: 'storage of the instances: its size is known only at deploy' }]
    : [prices.monthly(`storage of ${size} GB for each instance`, 'volume', 'hosting', size * count)];
}

function serverlessCost(serverless: Record<string, unknown>, context: EndpointContext): Cost {
  const { values, prices } = context;
  const memory = values.text(serverless.MemorySizeInMB);
  if (memory === undefined) {
    const size = values.describe(serverless.MemorySizeInMB);
    return unknownCost('serverless endpoint', `its MemorySizeInMB ${size} is known only at deploy`);
  }
  const what = `serverless, ${memory} MB`;
  const perSecond = prices.find('serverless', memory);
  const perCall = perSecond === undefined ? undefined : (perSecond * CALL_MILLISECONDS) / 1000;
  const parts: Part[] = [{ perHour: 0 }];
  const perUse: string[] = [];
  if (perCall === undefined) {
    parts.push({ unknown: `calls: ${prices.missing('serverless', memory)}` });
  } else {
    perUse.push(
      `a call of ${CALL_MILLISECONDS} ms: ${formatUsd(perCall)}, a million of them ${formatUsd(perCall * 1e6)}`,
    );
  }
  if (serverless.ProvisionedConcurrency !== undefined) {
    const units = values.number(serverless.ProvisionedConcurrency);
    parts.push(
      units === undefined
        ? { unknown: 'provisioned concurrency: its number is known only at deploy' }
        : prices.hourly('provisioned concurrency', 'provisionedConcurrency', memory, units * 3600),
    );
  }
  const notes = ['free tier of the first two months: 150,000 s a month of serverless inference'];
  return parts.length === 1 ? nothingAtRest(what, { perUse, notes }) : sumOf(what, parts, { perUse, notes });
}
