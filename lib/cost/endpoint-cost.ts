import { asRecord, asRecords, referencedIds } from '../aws/template';
import { TemplateResolver } from '../aws/template-resolver';
import type { CostContext } from './cost-function';
import { formatPerHour, formatUsd } from './money';
import { type Cost, costOf, FREE, type HourlyCost, unknownCost, unknownPart } from './resource-cost';

type Properties = Readonly<Record<string, unknown>>;

/** The cost of an AWS::SageMaker::Endpoint: that of the variants of its configuration. */
export function endpointCost(properties: Properties, context: CostContext): Cost {
  const config = endpointConfig(properties, context);
  if (config === undefined) {
    const name = context.values.describe(properties.EndpointConfigName);
    return unknownCost('endpoint', `its configuration ${name} is not in this template`);
  }
  const variants = [...asRecords(config.ProductionVariants), ...asRecords(config.ShadowProductionVariants)];
  const isAsync = config.AsyncInferenceConfig !== undefined;
  const costs = variants.map((variant) => {
    const serverless = asRecord(variant.ServerlessConfig);
    return serverless ? serverlessCost(serverless, context) : instancesCost(variant, isAsync, context);
  });
  if (costs.length === 0) {
    return unknownCost('endpoint', 'its configuration has no variants that can be read');
  }
  const data = context.prices.find('endpointData', 'in');
  return costOf(costs.map(({ what }) => what).join(', '), costs, {
    perUse: [
      ...costs.flatMap(({ perUse }) => perUse),
      ...(data === undefined ? [] : [`data in and out: ${formatUsd(data)} per GB`]),
    ],
    notes: [...new Set(costs.flatMap(({ notes }) => notes))],
  });
}

function endpointConfig(properties: Properties, { template, values }: CostContext): Properties | undefined {
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

/** How many instances a variant has at rest and at most, by its scalable target if it has one; undefined where only a deploy tells. */
function capacity(variant: Properties, { logicalId, template, values }: CostContext) {
  const name = values.text(variant.VariantName);
  const byLogicalIds = new TemplateResolver(template, { reference: (id) => id });
  const target = Object.values(template.Resources ?? {}).find(({ Type, Properties }) => {
    const resourceId = Properties?.ResourceId;
    return (
      Type === 'AWS::ApplicationAutoScaling::ScalableTarget' &&
      referencedIds(resourceId).has(logicalId) &&
      // The id ends in /variant/<name>: one target scales one variant.
      (name === undefined || byLogicalIds.text(resourceId)?.endsWith(`/variant/${name}`))
    );
  });
  const { MinCapacity: least, MaxCapacity: greatest } = target?.Properties ?? {
    MinCapacity: variant.InitialInstanceCount,
    MaxCapacity: variant.InitialInstanceCount,
  };
  return { least: values.number(least), greatest: values.number(greatest) };
}

function instancesCost(variant: Properties, isAsync: boolean, context: CostContext): Cost {
  const { values, prices } = context;
  const { least, greatest } = capacity(variant, context);
  const kind = isAsync ? 'asynchronous' : 'real-time';
  const type = values.text(variant.InstanceType);
  if (type === undefined || least === undefined) {
    const reason =
      type === undefined
        ? `its InstanceType ${values.describe(variant.InstanceType)} is known only at deploy`
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
  const parts =
    price === undefined && least === 0
      ? [FREE, unknownPart(`instances while it works: ${prices.missing(table, type)}`)]
      : [prices.hourly('instances', table, type, least)];
  return costOf(what, [...parts, volumeCost(variant, least, context)], { perUse, notes });
}

/** The instances' storage: SageMaker adds some even if no size is asked for, and then does not say how much. */
function volumeCost(variant: Properties, count: number, { values, prices }: CostContext): HourlyCost {
  if (count === 0) {
    return FREE;
  }
  if (variant.VolumeSizeInGB === undefined) {
    return unknownPart('storage of the instances: its size is not in the template');
  }
  const size = values.number(variant.VolumeSizeInGB);
  return size === undefined
    ? unknownPart('storage of the instances: its size is known only at deploy')
    : prices.monthly(`storage of ${size} GB for each instance`, 'volume', 'hosting', size * count);
}

function serverlessCost(serverless: Properties, { values, prices }: CostContext): Cost {
  const memory = values.text(serverless.MemorySizeInMB);
  if (memory === undefined) {
    const size = values.describe(serverless.MemorySizeInMB);
    return unknownCost('serverless endpoint', `its MemorySizeInMB ${size} is known only at deploy`);
  }
  const perSecond = prices.find('serverless', memory);
  const parts = [
    FREE,
    ...(perSecond === undefined ? [unknownPart(`calls: ${prices.missing('serverless', memory)}`)] : []),
  ];
  if (serverless.ProvisionedConcurrency !== undefined) {
    const units = values.number(serverless.ProvisionedConcurrency);
    parts.push(
      units === undefined
        ? unknownPart('provisioned concurrency: its number is known only at deploy')
        : prices.hourly('provisioned concurrency', 'provisionedConcurrency', memory, units * 3600),
    );
  }
  return costOf(`serverless, ${memory} MB`, parts, {
    perUse:
      perSecond === undefined
        ? []
        : [`a call of 1000 ms: ${formatUsd(perSecond)}, a million of them ${formatUsd(perSecond * 1e6)}`],
    notes: ['free tier of the first two months: 150,000 s a month of serverless inference'],
  });
}
