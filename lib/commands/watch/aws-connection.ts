import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { defaultProvider } from '@aws-sdk/credential-provider-node';

/** The clients of one watch. */
export interface AwsConnection {
  readonly sagemaker: SageMakerClient;
  readonly logs: CloudWatchLogsClient;
  /** Whether the credentials are those of environment variables, which a running process cannot renew. */
  readonly hasFixedCredentials: boolean;
}

/** In milliseconds. A request on a connection that was lost in a laptop's sleep would wait for a quarter of an hour. */
const TIMEOUTS = { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/**
 * New clients that look for credentials as the AWS CLI does, in the files as they are now: the SDK keeps both the files and
 * credentials without a known end for as long as the process lives, so that a person's new sign-in would not reach it.
 */
export function connectToAws(environment: NodeJS.ProcessEnv = process.env): AwsConnection {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE } = environment;
  const options = { credentials: defaultProvider({ ignoreCache: true }), requestHandler: TIMEOUTS };
  return {
    sagemaker: new SageMakerClient(options),
    logs: new CloudWatchLogsClient(options),
    // As the SDK's chain has it: a profile that is named goes first.
    hasFixedCredentials: Boolean(AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY && !AWS_PROFILE),
  };
}
