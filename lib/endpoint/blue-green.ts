import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarm,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { type IRole, Policy } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { allow } from '../aws/sagemaker-permissions';

/** How long the former instances wait after a switch, so that the alarms can turn it back. */
const BAKING_TIME = Duration.minutes(5);

/** An endpoint with what was made for it. */
export interface HostedEndpoint {
  /** Where what belongs to it stands. */
  readonly scope: Construct;
  readonly endpointName: string;
  readonly variantName: string;
  readonly endpoint: CfnEndpoint;
  readonly config: CfnEndpointConfig;
  readonly modelRole: IRole;
  /** The project's. */
  readonly bucket: IBucket;
}

/** Another model or configuration answers from new instances, all at once; alarms of the new instances turn it back. */
export function rollBackByAlarms(hosted: HostedEndpoint): void {
  const { scope, endpoint, modelRole } = hosted;
  const watched = alarms(hosted);
  endpoint.deploymentConfig = {
    blueGreenUpdatePolicy: {
      // SageMaker requires the interval, though all traffic goes at once.
      trafficRoutingConfiguration: { type: 'ALL_AT_ONCE', waitIntervalInSeconds: 0 },
      terminationWaitInSeconds: BAKING_TIME.toSeconds(),
      maximumExecutionTimeoutInSeconds: Duration.hours(1).toSeconds(),
    },
    autoRollbackConfiguration: { alarms: watched.map((alarm) => ({ alarmName: alarm.alarmName })) },
  };
  // SageMaker looks at the alarms in the name of the model's role. A policy of its own: the role's is there before the model, the
  // alarms come after the model's configuration.
  const look = new Policy(scope, 'Rollback', {
    statements: [
      allow(
        ['cloudwatch:DescribeAlarms'],
        watched.map((alarm) => alarm.alarmArn),
      ),
    ],
  });
  // Not the other way round: a role that takes no policy is asked so.
  modelRole.attachInlinePolicy(look);
  endpoint.node.addDependency(look);
}

/** What turns a deployment back: errors of the container, and answers near the limit of 60 seconds. */
function alarms({ scope, endpointName, variantName, config }: HostedEndpoint): IAlarm[] {
  const alarm = (id: string, metricName: string, statistic: string, threshold: number, description: string) =>
    new Alarm(scope, id, {
      metric: new Metric({
        namespace: 'AWS/SageMaker',
        metricName,
        // Of the new instances alone: errors of those that they replace would end the deployment of what mends them.
        dimensionsMap: {
          EndpointName: endpointName,
          VariantName: variantName,
          EndpointConfigName: config.attrEndpointConfigName,
        },
        statistic,
        period: Duration.minutes(1),
      }),
      threshold,
      alarmDescription: `The endpoint ${endpointName} ${description}`,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  // Latency is in microseconds.
  const nearLimit = Duration.seconds(55).toMilliseconds() * 1000;
  return [
    alarm('ServerErrors', 'Invocation5XXErrors', Stats.SUM, 1, 'answered with a server error'),
    alarm(
      'SlowAnswers',
      'ModelLatency',
      Stats.p(99),
      nearLimit,
      'takes nearly the 60 seconds that a request may take',
    ),
  ];
}
