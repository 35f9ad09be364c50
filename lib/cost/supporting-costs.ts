import { asRecord, asRecords } from '../aws/template';
import type { TemplateResolver } from '../aws/template-resolver';
import { formatUsd } from './money';
import {
  nothingAtRest,
  sumOf,
  unknownCost,
  type Cost,
  type Part,
  type RegionalPrices,
} from './resource-cost';

/** Prices one resource from its properties. */
export type CostFunction = (
  properties: Readonly<Record<string, unknown>>,
  values: TemplateResolver,
  prices: RegionalPrices,
) => Cost;

/** The resources around the training job and the endpoint, by CloudFormation type. */
export const SUPPORTING_COSTS: Readonly<Record<string, CostFunction>> = {
  'AWS::SageMaker::NotebookInstance': (properties, values, prices) => {
    const type = values.text(properties.InstanceType);
    // CloudFormation's own default is 5 GB.
    const size = properties.VolumeSizeInGB === undefined ? 5 : values.number(properties.VolumeSizeInGB);
    const parts: Part[] = [
      type === undefined
        ? {
            unknown: `instance: its type ${values.describe(properties.InstanceType)} is known only at deploy`,
          }
        : prices.hourly('instance', 'notebook', type, 1),
      size === undefined
        ? { unknown: 'volume: its size is known only at deploy' }
        : prices.monthly(`volume of ${size} GB`, 'volume', 'notebook', size),
    ];
    const notes = ['while it runs; once stopped, only its volume is billed'];
    if (type === 'ml.t2.medium' || type === 'ml.t3.medium') {
      notes.push(
        'free tier of the first two months: 250 h a month of ml.t2.medium or ml.t3.medium notebooks',
      );
    }
    return sumOf(`notebook instance, ${type ?? 'unknown type'}`, parts, { notes });
  },
  'AWS::S3::Bucket': (_, __, prices) => {
    const price = prices.find('s3', 'standardGbMonth');
    return price === undefined
      ? unknownCost('bucket', `depends on the data in it: ${prices.missing('s3', 'storage')}`)
      : nothingAtRest('bucket', { perUse: [`${formatUsd(price)} per GB and month in it`] });
  },
  'AWS::CloudWatch::Alarm': (properties, values, prices) => {
    const queries = asRecords(properties.Metrics);
    const stats = queries.map(({ MetricStat }) => asRecord(MetricStat)).filter((stat) => stat !== undefined);
    if (properties.ThresholdMetricId !== undefined || (queries.length > 0 && stats.length === 0)) {
      return unknownCost('alarm', 'an alarm on a band or a query is priced differently');
    }
    const periods = queries.length === 0 ? [properties.Period] : stats.map(({ Period }) => Period);
    const parts = periods.map((period): Part => {
      const seconds = values.number(period);
      if (seconds === undefined) {
        return { unknown: `metric: its period ${values.describe(period)} is known only at deploy` };
      }
      const key = seconds < 60 ? 'highResolutionAlarmMetricMonth' : 'alarmMetricMonth';
      return prices.monthly('metric', 'cloudWatch', key, 1);
    });
    const metrics = periods.length === 1 ? '1 metric' : `${periods.length} metrics`;
    return sumOf(`alarm on ${metrics}`, parts, {
      notes: ['free tier: the first 10 alarm metrics of an account'],
    });
  },
  'AWS::Logs::LogGroup': (properties, values, prices) => {
    const ingested = prices.find('cloudWatch', 'logsIngestedGb');
    const stored = prices.find('cloudWatch', 'logsStoredGbMonth');
    const days = values.number(properties.RetentionInDays);
    const kept = days === undefined ? 'kept for ever' : `kept for ${days} days`;
    return ingested === undefined || stored === undefined
      ? unknownCost(
          `log group, ${kept}`,
          `depends on what is logged: ${prices.missing('cloudWatch', 'logs')}`,
        )
      : nothingAtRest(`log group, ${kept}`, {
          perUse: [`${formatUsd(ingested)} per GB written, ${formatUsd(stored)} per GB and month stored`],
        });
  },
  'AWS::KMS::Key': (_, __, prices) =>
    sumOf('customer managed key', [prices.monthly('key', 'kms', 'keyMonth', 1)], {
      notes: ['requests beyond the free tier and kept rotations are extra'],
    }),
  'AWS::Lambda::Function': (properties, values, prices) => {
    const requests = prices.find('lambda', 'millionRequests');
    const seconds = prices.find('lambda', 'gbSecond');
    // CloudFormation's own default is 128 MB.
    const memory = properties.MemorySize === undefined ? 128 : values.number(properties.MemorySize);
    if (requests === undefined || seconds === undefined || memory === undefined) {
      const reason =
        memory === undefined ? 'its memory is known only at deploy' : prices.missing('lambda', 'function');
      return sumOf('function', [{ perHour: 0 }, { unknown: `calls: ${reason}` }]);
    }
    const perCall = requests / 1e6 + (seconds * memory) / 1024;
    return nothingAtRest('function', {
      perUse: [`a call of 1 s at ${memory} MB: ${formatUsd(perCall)}`],
      notes: ['free tier: a million calls and 400,000 GB-seconds a month'],
    });
  },
  'AWS::SSM::Parameter': (properties, values) => {
    const tier = properties.Tier === undefined ? 'Standard' : values.text(properties.Tier);
    return tier === 'Standard'
      ? nothingAtRest('standard parameter')
      : unknownCost(
          'parameter',
          `its tier ${tier ?? values.describe(properties.Tier)} is not in the price table`,
        );
  },
  'AWS::Budgets::Budget': () => nothingAtRest('budget with mails'),
  'AWS::EC2::VPCEndpoint': (properties, values) => {
    const type =
      properties.VpcEndpointType === undefined ? 'Gateway' : values.text(properties.VpcEndpointType);
    return type === 'Gateway'
      ? nothingAtRest('gateway VPC endpoint')
      : unknownCost(
          'VPC endpoint',
          `${type ?? 'its type'}: billed per hour and zone, not in the price table`,
        );
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': (properties, values) =>
    values.text(properties.PolicyType) === 'TargetTrackingScaling'
      ? unknownCost('target tracking', 'the alarms that it makes are not in the template')
      : nothingAtRest('scaling policy'),
};
