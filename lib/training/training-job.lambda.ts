import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { handleCustomResource } from './job/custom-resource';
import { repeating, systemClock } from './job/retry';
import type { Services } from './job/services';
import { handleTerminalEvent, type TerminalEvent } from './job/terminal-event';
import { TOPIC_ARN } from './training-job-contract';

/** Milliseconds of the function's time that are kept for the answer and its repetitions. */
const ANSWER_RESERVE = 120_000;

/** Serves the custom resource (CloudFormation), and tells how its training job ended: by SageMaker's event, or by the schedule's looks. */
export function trainingJobHandler(given: Omit<Services, 'until'>) {
  return async (
    event: CloudFormationCustomResourceEvent | TerminalEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const until = given.clock.now() + context.getRemainingTimeInMillis() - ANSWER_RESERVE;
    const time = { clock: given.clock, until };
    const services = {
      ...given,
      until,
      sagemaker: repeating(given.sagemaker, time),
      logs: repeating(given.logs, time),
      s3: repeating(given.s3, time),
      events: repeating(given.events, time),
      cloudformation: repeating(given.cloudformation, time),
    };
    await ('RequestType' in event
      ? handleCustomResource(event, services)
      : handleTerminalEvent(event, services));
  };
}

export const handler = trainingJobHandler({
  sagemaker: new SageMakerClient({ maxAttempts: 5 }),
  logs: new CloudWatchLogsClient({ maxAttempts: 5 }),
  s3: new S3Client({ maxAttempts: 5 }),
  events: new EventBridgeClient({ maxAttempts: 5 }),
  cloudformation: new CloudFormationClient({ maxAttempts: 5 }),
  sns: new SNSClient({ maxAttempts: 5 }),
  topicArn: process.env[TOPIC_ARN],
  fetch,
  clock: systemClock,
  region: process.env.AWS_REGION ?? '',
});
