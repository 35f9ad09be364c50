// The training job as AWS sees it, without any construct: what the function does for CloudFormation's and EventBridge's events
// (custom-resource.ts, terminal-event.ts), and what a job's name, errors and end mean, which commands read too.

import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { Clock } from './retry';

/** What the function works with, injected so that tests run it against their own. */
export interface Services {
  readonly sagemaker: SageMakerClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly events: EventBridgeClient;
  readonly cloudformation: CloudFormationClient;
  readonly sns: SNSClient;
  /** The topic that is told of a job's end; undefined when nobody is to be told. */
  readonly topicArn: string | undefined;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** The moment of the clock by which the work must be done, so that the answer still gets out. */
  readonly until: number;
  /** The region it runs in, for links to the console. */
  readonly region: string;
}
