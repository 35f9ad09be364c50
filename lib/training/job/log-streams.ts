import { DeleteLogStreamCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { TRAINING_LOG_GROUP } from '../../names';
import { isNotFound, unless } from './api-errors';
import type { Services } from './services';

/** Deletes the log streams of one job. A group or a stream that is gone already is as good. */
export async function deleteLogStreams(jobName: string, services: Services): Promise<void> {
  const { logs, clock, until } = services;
  let names: string[];
  // Always the first page: what it listed is gone by the next turn.
  do {
    names = await logStreamNames(jobName, services);
    for (const logStreamName of names) {
      const stream = { logGroupName: TRAINING_LOG_GROUP, logStreamName };
      await unless(isNotFound, logs.send(new DeleteLogStreamCommand(stream)));
    }
  } while (names.length > 0 && clock.now() < until);
}

/** The log streams of one job, those of the first page; none where there is no group. */
export async function logStreamNames(jobName: string, { logs }: Services): Promise<string[]> {
  const listed = logs.send(
    // The slash keeps out the streams of a job whose name only begins alike.
    new DescribeLogStreamsCommand({ logGroupName: TRAINING_LOG_GROUP, logStreamNamePrefix: `${jobName}/` }),
  );
  const { logStreams = [] } = (await unless(isNotFound, listed)) ?? {};
  return logStreams.map((stream) => stream.logStreamName!);
}
