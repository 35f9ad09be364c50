import {
  CloudWatchClient,
  type DescribeAlarmsOutput,
  type MetricAlarm,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
import { each, type Finder } from '../finder';
import { resourcesCost } from '../hourly-cost';
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
    const all = (page: DescribeAlarmsOutput): MetricAlarm[] => [
      ...(page.MetricAlarms ?? []),
      ...(page.CompositeAlarms ?? []),
    ];
    for await (const { AlarmName, AlarmArn, StateValue, ...alarm } of each(pages, all)) {
      const { Period, Metrics, ThresholdMetricId } = alarm;
      const Properties = { Period, Metrics, ThresholdMetricId };
      yield {
        name: AlarmName!,
        arn: AlarmArn,
        isNamed: isNamed(AlarmName!, names),
        detail: `${StateValue}`,
        cost: resourcesCost(region, { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties } }),
      };
    }
  },
};

function isNamed(name: string, names: ProjectNames): boolean {
  const isOfScaling = name.startsWith(SCALING);
  return (
    names.isGenerated(name) || (isOfScaling && names.isEndpoint(name.slice(SCALING.length).split('/')[0]!))
  );
}
