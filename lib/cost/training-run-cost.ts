import { asRecord, asRecords } from '../aws/template';
import type { TemplateResolver } from '../aws/template-resolver';
import { knownValues } from './known-values';
import { PRICES, type Prices } from './prices';
import { RegionalPrices } from './regional-prices';
import { FREE, sumOf, type TrainingRunCost, unknownPart } from './resource-cost';

/**
 * What a run of a CreateTrainingJob request can cost. The request may be the API's own or that of the custom
 * resource, whose numbers and booleans may be text; intrinsic functions in it are resolved by `values`.
 */
export function trainingRunCost(
  request: Readonly<Record<string, unknown>>,
  region: string,
  prices: Prices = PRICES,
  values: TemplateResolver = knownValues({}, region),
): TrainingRunCost {
  const regional = new RegionalPrices(prices, region);
  const resources = asRecord(request.ResourceConfig) ?? {};
  const groups = asRecords(resources.InstanceGroups);
  const instances: string[] = [];
  let count = 0;
  const parts = (groups.length > 0 ? groups : [resources]).map(({ InstanceType, InstanceCount }) => {
    const instanceType = values.text(InstanceType);
    const instanceCount = values.number(InstanceCount);
    if (instanceType === undefined || instanceCount === undefined) {
      const [type, number] = [InstanceType, InstanceCount].map((value) => values.describe(value));
      return unknownPart(`instances: known only at deploy (InstanceType ${type}, InstanceCount ${number})`);
    }
    instances.push(`${instanceCount} × ${instanceType}`);
    count += instanceCount;
    return regional.hourly('instances', 'training', instanceType, instanceCount);
  });
  const perHour = parts.some((part) => part.perHour === undefined) ? undefined : sumOf(parts).perHour;

  const limit = asRecord(request.StoppingCondition)?.MaxRuntimeInSeconds;
  const maxRuntimeInSeconds = values.number(limit);
  const size = values.number(resources.VolumeSizeInGB) ?? 0;
  const volumes =
    size > 0 ? regional.monthly(`volume of ${size} GB`, 'volume', 'training', size * count) : FREE;
  return {
    instances,
    perHour,
    maxRuntimeInSeconds,
    most:
      perHour === undefined || maxRuntimeInSeconds === undefined
        ? undefined
        : ((perHour + (volumes.perHour ?? 0)) * maxRuntimeInSeconds) / 3600,
    spot: values.isTrue(request.EnableManagedSpotTraining),
    unknown: [
      ...sumOf(parts).unknown,
      ...(maxRuntimeInSeconds === undefined
        ? [`longest run: not known for ${region} (MaxRuntimeInSeconds ${values.describe(limit)})`]
        : []),
      ...volumes.unknown,
    ],
  };
}
