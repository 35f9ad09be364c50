import { asRecord, asRecords } from '../aws/template';
import type { CostFunction } from './cost-function';
import { formatUsd } from './money';
import { costOf, FREE, nothingAtRest, unknownCost, unknownPart } from './resource-cost';

/** The resources around the training job and the endpoint, by CloudFormation type. */
export const SUPPORTING_COSTS: Readonly<Record<string, CostFunction>> = {
  'AWS::SageMaker::NotebookInstance': (properties, { values, prices }) => {
    const type = values.text(properties.InstanceType);
    // CloudFormation's own default is 5 GB.
    const size = values.number(properties.VolumeSizeInGB ?? 5);
    const parts = [
      type === undefined
        ? unknownPart(
            `instance: its type ${values.describe(properties.InstanceType)} is known only at deploy`,
          )
        : prices.hourly('instance', 'notebook', type, 1),
      size === undefined
        ? unknownPart('volume: its size is known only at deploy')
        : prices.monthly(`volume of ${size} GB`, 'volume', 'notebook', size),
    ];
    const notes = ['while it runs; once stopped, only its volume is billed'];
    if (type === 'ml.t2.medium' || type === 'ml.t3.medium') {
      notes.push(
        'free tier of the first two months: 250 h a month of ml.t2.medium or ml.t3.medium notebooks',
      );
    }
    return costOf(`notebook instance, ${type ?? 'unknown type'}`, parts, { notes });
  },
  'AWS::S3::Bucket': (_, { prices }) => {
    const price = prices.find('s3', 'standardGbMonth');
    return price === undefined
      ? unknownCost('bucket', `depends on the data in it: ${prices.missing('s3', 'storage')}`)
      : nothingAtRest('bucket', { perUse: [`${formatUsd(price)} per GB and month in it`] });
  },
  'AWS::CloudWatch::Alarm': (properties, { values, prices }) => {
    const queries = asRecords(properties.Metrics);
    const stats = queries.map(({ MetricStat }) => asRecord(MetricStat)).filter((stat) => stat !== undefined);
    if (properties.ThresholdMetricId !== undefined || (queries.length > 0 && stats.length === 0)) {
      return unknownCost('alarm', 'an alarm on a band or a query is priced differently');
    }
    const periods = queries.length === 0 ? [properties.Period] : stats.map(({ Period }) => Period);
    const parts = periods.map((period) => {
      const seconds = values.number(period);
      if (seconds === undefined) {
        return unknownPart(`metric: its period ${values.describe(period)} is known only at deploy`);
      }
      const key = seconds < 60 ? 'highResolutionAlarmMetricMonth' : 'alarmMetricMonth';
      return prices.monthly('metric', 'cloudWatch', key, 1);
    });
    const metrics = periods.length === 1 ? '1 metric' : `${periods.length} metrics`;
    return costOf(`alarm on ${metrics}`, parts, {
      notes: ['free tier: the first 10 alarm metrics of an account'],
    });
  },
  'AWS::Logs::LogGroup': (properties, { values, prices }) => {
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
  'AWS::KMS::Key': (_, { prices }) =>
    costOf('customer managed key', [prices.monthly('key', 'kms', 'keyMonth', 1)], {
      notes: ['requests beyond the free tier and kept rotations are extra'],
    }),
  'AWS::Lambda::Function': (properties, { values, prices }) => {
    const requests = prices.find('lambda', 'millionRequests');
    const seconds = prices.find('lambda', 'gbSecond');
    // CloudFormation's own default is 128 MB.
    const memory = values.number(properties.MemorySize ?? 128);
    if (requests === undefined || seconds === undefined || memory === undefined) {
      const reason =
        memory === undefined ? 'its memory is known only at deploy' : prices.missing('lambda', 'function');
      return costOf('function', [FREE, unknownPart(`calls: ${reason}`)]);
    }
    const perCall = requests / 1e6 + (seconds * memory) / 1024;
    return nothingAtRest('function', {
      perUse: [`a call of 1 s at ${memory} MB: ${formatUsd(perCall)}`],
      notes: ['free tier: a million calls and 400,000 GB-seconds a month'],
    });
  },
  'AWS::SSM::Parameter': (properties, { values }) => {
    const tier = values.text(properties.Tier ?? 'Standard');
    return tier === 'Standard'
      ? nothingAtRest('standard parameter')
      : unknownCost(
          'parameter',
          `its tier ${tier ?? values.describe(properties.Tier)} is not in the price table`,
        );
  },
  'AWS::SNS::Topic': () =>
    nothingAtRest('topic', { notes: ['mails and messages beyond the free tier are billed by number'] }),
  'AWS::EC2::VPCEndpoint': (properties, { values }) => {
    const type = values.text(properties.VpcEndpointType ?? 'Gateway');
    return type === 'Gateway'
      ? nothingAtRest('gateway VPC endpoint')
      : unknownCost(
          'VPC endpoint',
          `${type ?? 'its type'}: billed per hour and zone, not in the price table`,
        );
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': (properties, { values }) =>
    values.text(properties.PolicyType) === 'TargetTrackingScaling'
      ? unknownCost('target tracking', 'the alarms that it makes are not in the template')
      : nothingAtRest('scaling policy'),
};
