import { join } from 'node:path';
import { ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from '../aws/sagemaker-permissions';
import { BundledFunction } from '../aws/bundled-function';
import type { HostedEndpoint } from './blue-green';
import { type IdleGuardEvent, IdleGuardVariable } from './idle-guard-contract';
import { spanInWords } from './idle-mail';
import { idleAlarmPeriod } from './idle-timeout';

/** How often the guard looks, whatever its alarm does. */
const LOOK_INTERVAL = Duration.hours(1);

/** An endpoint that ends when nobody uses it. */
export interface IdleGuardProps extends Pick<HostedEndpoint, 'endpointName' | 'variantName' | 'endpoint'> {
  /** How long the endpoint may be without an invocation. */
  readonly idleTimeout: Duration;
  /** The ARN of a topic that is told before; undefined if nobody is. */
  readonly topicArn: string | undefined;
}

/**
 * Deletes the stack that it stands in, through CloudFormation, when its endpoint had no invocation for a while:
 * nothing drifts, and the next deploy brings the endpoint back.
 *
 * CloudFormation deletes with the role that the CDK CLI deployed the stack with, which stays with the stack; so the function may
 * delete this one stack and nothing of what is in it. A stack without such a role is left as it is, and told of.
 * Metrics arrive some minutes late: an invocation in the very last minutes of the timeout may come too late to be seen.
 */
export class IdleGuard extends Construct {
  public constructor(scope: Construct, id: string, props: IdleGuardProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { endpointName, variantName, topicArn } = props;
    const seconds = props.idleTimeout.toSeconds();
    // A name of ours, from the endpoint's: the function's policy and the alarm's permission come before the alarm, so they cannot refer to it.
    const alarmName = `${endpointName}-idle`;
    const alarmArn = stack.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: alarmName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const guard = new BundledFunction(this, 'Function', {
      entry: join(__dirname, 'idle-guard.lambda.ts'),
      description: `Deletes the stack of the endpoint ${endpointName} when it is idle`,
      timeout: Duration.minutes(1),
      deadLetterTopicArn: topicArn,
      environment: {
        [IdleGuardVariable.STACK_ID]: Aws.STACK_ID,
        [IdleGuardVariable.ENDPOINT_NAME]: endpointName,
        [IdleGuardVariable.VARIANT_NAME]: variantName,
        [IdleGuardVariable.IDLE_TIMEOUT]: String(seconds),
        ...(topicArn !== undefined && { [IdleGuardVariable.TOPIC_ARN]: topicArn }),
      },
    });
    guard.addToRolePolicy(
      allow(
        ['cloudformation:DescribeStacks', 'cloudformation:ListChangeSets', 'cloudformation:DeleteStack'],
        [Aws.STACK_ID],
      ),
      // A reference, in lower case: the guard is made after the endpoint and goes before it.
      allow(['sagemaker:DescribeEndpoint'], [props.endpoint.ref]),
      // AWS has no resource for metrics that are read.
      allow(['cloudwatch:GetMetricData'], ['*']),
      allow(['cloudwatch:SetAlarmState'], [alarmArn]),
      ...(topicArn === undefined ? [] : [allow(['sns:Publish'], [topicArn])]),
    );
    guard.function.addPermission('Alarm', {
      principal: new ServicePrincipal('lambda.alarms.cloudwatch.amazonaws.com'),
      sourceAccount: stack.account,
      sourceArn: alarmArn,
    });

    const period = idleAlarmPeriod(seconds);
    const alarm = new Alarm(this, 'Alarm', {
      alarmName,
      alarmDescription: `The endpoint ${endpointName} had no invocation for ${spanInWords(seconds)}`,
      metric: new Metric({
        namespace: 'AWS/SageMaker',
        metricName: 'Invocations',
        dimensionsMap: { EndpointName: endpointName, VariantName: variantName },
        statistic: Stats.SUM,
        period: Duration.seconds(period),
      }),
      evaluationPeriods: seconds / period,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      // Without an invocation there is no data: no data is what is looked for.
      treatMissingData: TreatMissingData.BREACHING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: guard.function.functionArn }) });
    // An action that fails for want of its permission is not tried again, and the alarm would never go off once more.
    alarm.node.addDependency(guard);

    // An alarm acts once. A guard that failed on it, three times in a few minutes, would never be called again, and the endpoint would cost.
    const look: IdleGuardEvent = {
      time: EventField.time,
      alarmData: { alarmName },
      bySchedule: true,
      // On failing for good the event itself becomes the mail.
      ...(topicArn !== undefined && {
        failed: `The idle guard of the endpoint ${endpointName} failed three times: the endpoint may be idle, and costs. Why, its function's log tells. To end it: npx cdk destroy ${stack.stackName}`,
      }),
    };
    new Rule(this, 'Look', {
      description: `Looks whether the endpoint ${endpointName} is idle, if its alarm could not end it`,
      schedule: Schedule.rate(LOOK_INTERVAL),
      targets: [new LambdaFunction(guard.function, { event: RuleTargetInput.fromObject(look) })],
    });
  }
}
