// The training job as AWS sees it, without any construct: what the function does for CloudFormation's and EventBridge's events
// (custom-resource.ts, terminal-event.ts), and what a job's name, errors and end mean, which commands read too.

import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Clock } from './retry';

/** What the function works with, injected so that tests run it against their own. */
export interface Services {
  readonly sagemaker: SageMakerClient;
  readonly logs: CloudWatchLogsClient;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** The region it runs in, for links to the console. */
  readonly region: string;
}
