import {
  type CloudWatchLogsClient,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { TRAINING_LOG_GROUP } from '../../names';
import { isNotFound } from './api-errors';
import { repeated } from './retry';
import type { Services } from './services';

/** Deletes the log streams of one job. A group or a stream that is gone already is as good. */
export async function deleteLogStreams(
  services: Pick<Services, 'logs' | 'clock' | 'until'>,
  jobName: string,
): Promise<void> {
  const { logs, clock, until } = services;
  let names: string[];
  // Always the first page: what it listed is gone by the next turn.
  do {
    names = await repeated(services, () => logStreamNames(logs, jobName));
    for (const logStreamName of names) {
      await repeated(services, () => deleteLogStream(logs, logStreamName));
    }
  } while (names.length > 0 && clock.now() < until);
}

/** The log streams of one job, those of the first page; none where there is no group. */
export async function logStreamNames(logs: CloudWatchLogsClient, jobName: string): Promise<string[]> {
  try {
    const { logStreams = [] } = await logs.send(
      // The slash keeps out the streams of a job whose name only begins alike.
      new DescribeLogStreamsCommand({ logGroupName: TRAINING_LOG_GROUP, logStreamNamePrefix: `${jobName}/` }),
    );
    return logStreams.map((stream) => stream.logStreamName!);
  } catch (error) {
    if (isNotFound(error)) {
      return [];
    }
    throw error;
  }
}

async function deleteLogStream(logs: CloudWatchLogsClient, logStreamName: string): Promise<void> {
  try {
    await logs.send(new DeleteLogStreamCommand({ logGroupName: TRAINING_LOG_GROUP, logStreamName }));
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}
