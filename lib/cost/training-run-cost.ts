import { asRecord, asRecords } from '../aws/template';
import type { TemplateResolver } from '../aws/template-resolver';
import { HOURS_PER_MONTH } from './hours';
import { missingPrice, priceOf, PRICES, type PriceTableName, type Prices } from './prices';
import { knownValues } from './known-values';

/** What one run of a training job can cost, in USD. */
export interface TrainingRunCost {
  /** The instances: several entries for a heterogeneous cluster. */
  readonly instances: readonly { readonly instanceType: string; readonly instanceCount: number }[];
  /** All instances together, on demand; undefined when a price or the instances are unknown. */
  readonly perHour: number | undefined;
  /** StoppingCondition.MaxRuntimeInSeconds: the limit of all attempts of the job together. */
  readonly maxRuntimeInSeconds: number | undefined;
  /** The most that a run costs: `perHour` for the longest run, and the volumes. */
  readonly most: number | undefined;
  /** Managed spot training: up to `most`, and usually less. */
  readonly spot: boolean;
  /** Parts that are in no amount, each with its reason. */
  readonly unknown: readonly string[];
}

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
  const unknown: string[] = [];
  const price = (table: PriceTableName, key: string, what: string): number | undefined => {
    const found = priceOf(prices, { region, table, key });
    if (found === undefined) {
      unknown.push(`${what}: ${missingPrice(prices, { region, table, key })}`);
    }
    return found;
  };

  const resources = asRecord(request.ResourceConfig) ?? {};
  const groups = asRecords(resources.InstanceGroups);
  const instances: { instanceType: string; instanceCount: number }[] = [];
  let perHour: number | undefined = 0;
  for (const group of groups.length > 0 ? groups : [resources]) {
    const instanceType = values.text(group.InstanceType);
    const instanceCount = values.number(group.InstanceCount);
    let groupPrice: number | undefined;
    if (instanceType === undefined || instanceCount === undefined) {
      const [count, type] = [values.describe(group.InstanceCount), values.describe(group.InstanceType)];
      unknown.push(`instances: known only at deploy (InstanceType ${type}, InstanceCount ${count})`);
    } else {
      instances.push({ instanceType, instanceCount });
      groupPrice = price('training', instanceType, 'instances');
    }
    perHour =
      perHour === undefined || groupPrice === undefined
        ? undefined
        : perHour + groupPrice * (instanceCount ?? 0);
  }

  const limit = asRecord(request.StoppingCondition)?.MaxRuntimeInSeconds;
  const maxRuntimeInSeconds = values.number(limit);
  if (maxRuntimeInSeconds === undefined) {
    unknown.push(`longest run: not known for ${region} (MaxRuntimeInSeconds ${values.describe(limit)})`);
  }

  let volumesPerHour = 0;
  const size = values.number(resources.VolumeSizeInGB);
  if (size !== undefined && size > 0) {
    const count = instances.reduce((sum, { instanceCount }) => sum + instanceCount, 0);
    const volume = price('volume', 'training', `volume of ${size} GB`);
    volumesPerHour = ((volume ?? 0) * size * count) / HOURS_PER_MONTH;
  }
  return {
    instances,
    perHour,
    maxRuntimeInSeconds,
    most:
      perHour === undefined || maxRuntimeInSeconds === undefined
        ? undefined
        : ((perHour + volumesPerHour) * maxRuntimeInSeconds) / 3600,
    spot: values.isTrue(request.EnableManagedSpotTraining),
    unknown,
  };
}
