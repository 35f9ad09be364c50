import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  paginateListChangeSets,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import { sendMail } from '../aws/mail';
import { decide, type GuardedEndpoint } from './idle-decision';
import { type IdleGuardEvent, IdleGuardVariable } from './idle-guard-contract';
import { idleMail } from './idle-mail';

/** What the function works with, injected so that tests run it against their own. */
export interface IdleGuardServices {
  readonly cloudformation: CloudFormationClient;
  readonly cloudwatch: CloudWatchClient;
  readonly sagemaker: SageMakerClient;
  readonly sns: SNSClient;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Seconds of metrics beyond the moment of the alarm: what has arrived since counts too. */
const METRIC_MARGIN = 300;

/**
 * Deletes the function's own stack when its endpoint is idle; called by the alarm, more than once at times, and by a schedule.
 *
 * A deploy that begins between the look at the stack and its deletion is CloudFormation's to keep: it refuses to delete a stack
 * that is being updated. Lambda then calls again, twice at most, and the next look sees the deploy.
 */
export function idleGuardHandler(services: IdleGuardServices) {
  return async (event: IdleGuardEvent): Promise<void> => {
    const { cloudformation, cloudwatch, sns, environment } = services;
    // The construct gives all of them but the topic.
    const stackId = environment[IdleGuardVariable.STACK_ID]!;
    const endpointName = environment[IdleGuardVariable.ENDPOINT_NAME]!;
    const idleTimeout = Number(environment[IdleGuardVariable.IDLE_TIMEOUT]);
    const topicArn = environment[IdleGuardVariable.TOPIC_ARN];
    const stackName = stackId.split('/')[1]!;
    const moment = new Date(event.time);
    const since = new Date(moment.getTime() - idleTimeout * 1000);

    const guarded = await look(services, stackId, endpointName, since, moment);
    const decision = decide(guarded, moment, since);
    console.log(JSON.stringify({ ...decision, ...guarded, stackId, endpointName }));

    const tell = async (obstacle?: string): Promise<void> => {
      if (topicArn !== undefined) {
        await sendMail(sns, topicArn, idleMail(endpointName, stackName, idleTimeout, obstacle));
      }
    };
    if (decision.action === 'rearm') {
      await cloudwatch.send(
        new SetAlarmStateCommand({
          AlarmName: event.alarmData.alarmName,
          StateValue: 'OK',
          StateReason: `Not deleted: ${decision.reason}`,
        }),
      );
    } else if (decision.action === 'delete') {
      await tell();
      await cloudformation.send(
        // The same token for the same alarm: CloudFormation takes a repeated call for the same one.
        new DeleteStackCommand({ StackName: stackId, ClientRequestToken: `idle-${moment.getTime()}` }),
      );
    } else if (decision.needsPerson && !event.bySchedule) {
      await tell(decision.reason);
    }
  };
}

/** The endpoint first, its stack last: nothing comes between the stack's status and what follows from it. */
async function look(
  { cloudformation, cloudwatch, sagemaker, environment }: IdleGuardServices,
  stackId: string,
  endpointName: string,
  since: Date,
  moment: Date,
): Promise<GuardedEndpoint> {
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }));
  const dimensions = {
    EndpointName: endpointName,
    VariantName: environment[IdleGuardVariable.VARIANT_NAME],
  };
  const until = Math.max(moment.getTime(), Date.now()) + METRIC_MARGIN * 1000;
  const metrics = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: since,
      EndTime: new Date(until),
      MetricDataQueries: [
        {
          Id: 'invocations',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SageMaker',
              MetricName: 'Invocations',
              Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
            },
            // Of seven days at most, this is a tenth of what one answer holds.
            Period: 60,
            Stat: 'Sum',
          },
        },
      ],
    }),
  );
  const values = metrics.MetricDataResults?.flatMap(({ Values }) => Values ?? []) ?? [];
  const changeSets: Date[] = [];
  for await (const page of paginateListChangeSets({ client: cloudformation }, { StackName: stackId })) {
    for (const { ExecutionStatus, Status, CreationTime } of page.Summaries ?? []) {
      if ((ExecutionStatus === 'AVAILABLE' || Status?.endsWith('_IN_PROGRESS')) && CreationTime) {
        changeSets.push(CreationTime);
      }
    }
  }
  const [stack] = (await cloudformation.send(new DescribeStacksCommand({ StackName: stackId }))).Stacks ?? [];
  const lastDeployed = stack?.LastUpdatedTime ?? stack?.CreationTime;
  if (!stack?.StackStatus || !lastDeployed || !endpoint.EndpointStatus || !endpoint.LastModifiedTime) {
    throw new Error(`the stack ${stackId} or the endpoint ${endpointName} cannot be described`);
  }
  return {
    stackStatus: stack.StackStatus,
    terminationProtection: stack.EnableTerminationProtection ?? false,
    hasExecutionRole: stack.RoleARN !== undefined,
    lastDeployed,
    changeSets,
    endpointStatus: endpoint.EndpointStatus,
    lastModified: endpoint.LastModifiedTime,
    invocations: values.reduce((sum, value) => sum + value, 0),
  };
}

export const handler = idleGuardHandler({
  cloudformation: new CloudFormationClient({ maxAttempts: 5 }),
  cloudwatch: new CloudWatchClient({ maxAttempts: 5 }),
  sagemaker: new SageMakerClient({ maxAttempts: 5 }),
  sns: new SNSClient({ maxAttempts: 5 }),
  environment: process.env,
});
