import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import type { Finder, Search } from '../finder';
import { resourcesCost, unknownHourlyCost } from '../hourly-cost';
import type { HourlyCost } from '../leftover';
import { awsCommand } from '../removal';

/** What the alarms of a scaling policy are called; they stay when an endpoint goes before its scaling does. */
const SCALING = 'TargetTracking-endpoint/';

/** CloudWatch alarms: by the month for each metric. */
export const alarms: Finder = {
  what: 'alarms',
  arns: /^cloudwatch:alarm:/,
  async *find(search) {
    const client = search.client(CloudWatchClient);
    const request = { AlarmTypes: ['MetricAlarm' as const, 'CompositeAlarm' as const] };
    for await (const page of paginateDescribeAlarms({ client }, request, search.options)) {
      for (const alarm of page.MetricAlarms ?? []) {
        const { Period, Metrics, ThresholdMetricId } = alarm;
        const cost = resourcesCost(search.region, {
          Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Period, Metrics, ThresholdMetricId } },
        });
        yield* own('AWS::CloudWatch::Alarm', alarm, cost, search);
      }
      for (const alarm of page.CompositeAlarms ?? []) {
        const cost = unknownHourlyCost('a composite alarm is not in the price table');
        yield* own('AWS::CloudWatch::CompositeAlarm', alarm, cost, search);
      }
    }
  },
};

function* own(
  type: string,
  { AlarmName, AlarmArn, StateValue }: { AlarmName?: string; AlarmArn?: string; StateValue?: string },
  cost: HourlyCost,
  { owned, names, region }: Search,
) {
  const name = AlarmName!;
  const found = owned.recognise({
    type,
    name,
    arn: AlarmArn,
    isNamed:
      names.isGenerated(name) ||
      (name.startsWith(SCALING) && names.isEndpoint(name.slice(SCALING.length).split('/')[0]!)),
    removal: [awsCommand(region, 'cloudwatch delete-alarms', { 'alarm-names': name })],
  });
  if (found) {
    yield { type, name, arn: AlarmArn, ...found, detail: `${StateValue}`, cost };
  }
}
