import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import type { Finder } from '../finder';
import { resourcesCost, unknownHourlyCost } from '../hourly-cost';
import type { ProjectNames } from '../project-names';

/** What the alarms of a scaling policy are called; they stay when an endpoint goes before its scaling does. */
const SCALING = 'TargetTracking-endpoint/';

/** CloudWatch alarms: by the month for each metric. */
export const alarms: Finder = {
  type: 'AWS::CloudWatch::Alarm',
  what: 'alarms',
  arns: /^cloudwatch:alarm:/,
  remove: ['cloudwatch delete-alarms', 'alarm-names'],
  async *list({ client, names, options, region }) {
    const request = { AlarmTypes: ['MetricAlarm' as const, 'CompositeAlarm' as const] };
    const pages = paginateDescribeAlarms({ client: client(CloudWatchClient) }, request, options);
    const common = ({ AlarmName, AlarmArn, StateValue }: Common) => ({
      name: AlarmName!,
      arn: AlarmArn,
      isNamed: isNamed(AlarmName!, names),
      detail: `${StateValue}`,
    });
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const alarm of MetricAlarms) {
        const { Period, Metrics, ThresholdMetricId } = alarm;
        const cost = resourcesCost(region, {
          Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Period, Metrics, ThresholdMetricId } },
        });
        yield { ...common(alarm), cost };
      }
      for (const alarm of CompositeAlarms) {
        const cost = unknownHourlyCost('a composite alarm is not in the price table');
        yield { ...common(alarm), type: 'AWS::CloudWatch::CompositeAlarm', cost };
      }
    }
  },
};

interface Common {
  readonly AlarmName?: string;
  readonly AlarmArn?: string;
  readonly StateValue?: string;
}

function isNamed(name: string, names: ProjectNames): boolean {
  const isOfScaling = name.startsWith(SCALING);
  return (
    names.isGenerated(name) || (isOfScaling && names.isEndpoint(name.slice(SCALING.length).split('/')[0]!))
  );
}
