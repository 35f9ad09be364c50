import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarm,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { VARIANT_NAME } from './variant-name';

/** How long the former instances wait after a switch, so that the alarms can turn it back. */
const BAKING_TIME = Duration.minutes(5);

/** Another model or configuration answers from new instances, all at once; the alarms of the endpoint turn it back. */
export function blueGreen(
  scope: Construct,
  endpointName: string,
  modelRole: Role,
): CfnEndpoint.DeploymentConfigProperty {
  const watched = alarms(scope, endpointName);
  // SageMaker looks at them in the name of the model's role. Source: "Deployment guardrails", auto-rollback configuration.
  modelRole.addToPolicy(
    new PolicyStatement({
      actions: ['cloudwatch:DescribeAlarms'],
      resources: watched.map((alarm) => alarm.alarmArn),
    }),
  );
  return {
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: { type: 'ALL_AT_ONCE' },
      terminationWaitInSeconds: BAKING_TIME.toSeconds(),
      maximumExecutionTimeoutInSeconds: Duration.hours(1).toSeconds(),
    },
    autoRollbackConfiguration: {
      alarms: watched.map((alarm) => ({ alarmName: alarm.alarmName })),
    },
  };
}

/** What turns a deployment back: errors of the container, and answers near the limit of 60 seconds. */
function alarms(scope: Construct, endpointName: string): IAlarm[] {
  const metric = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/SageMaker',
      metricName,
      dimensionsMap: { EndpointName: endpointName, VariantName: VARIANT_NAME },
      statistic,
      period: Duration.minutes(1),
    });
  const alarm = (id: string, watched: Metric, threshold: number, alarmDescription: string) =>
    new Alarm(scope, id, {
      metric: watched,
      threshold,
      alarmDescription,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  return [
    alarm(
      'ServerErrors',
      metric('Invocation5XXErrors', Stats.SUM),
      1,
      `The endpoint ${endpointName} answered with a server error`,
    ),
    alarm(
      'SlowAnswers',
      // In microseconds.
      metric('ModelLatency', Stats.p(99)),
      Duration.seconds(55).toMilliseconds() * 1000,
      `The endpoint ${endpointName} takes nearly the 60 seconds that a request may take`,
    ),
  ];
}
