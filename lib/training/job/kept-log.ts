import { GetLogEventsCommand, type OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { keptLogKey, TRAINING_LOG_GROUP } from '../../names';
import { bucketOfResults, keptLogPlace } from './console-link';
import { logStreamNames } from './log-streams';
import type { Services } from './services';

/** What is kept of one instance's log, its end, in characters: with all instances, far less than the function's memory. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** The logs of so many instances are kept. */
const MAX_STREAMS = 8;

/** The last lines of a log arrive a moment after the job has ended: how often to look, and milliseconds between. */
const ATTEMPTS = 3;
const INTERVAL = 5_000;

/** A log that outlives its job. */
export interface KeptLog {
  /** Where a person reads it. */
  readonly place: string;
  /** The lines of the instance that wrote last. */
  readonly lines: readonly string[];
}

/**
 * Copies the log of a job that did not succeed into the project's bucket, beside the job's results: the stack's rollback deletes the job
 * and its log streams, and nobody could read why. There it goes with the bucket, and a repeated copy is the same object.
 *
 * @returns undefined where there is no log, or it cannot be read or kept: the reason is told all the same
 */
export async function keepLog(
  job: DescribeTrainingJobResponse,
  services: Services,
): Promise<KeptLog | undefined> {
  const jobName = job.TrainingJobName!;
  const Bucket = bucketOfResults(job);
  try {
    const logs = await writtenLogs(jobName, services);
    if (Bucket === undefined || logs.size === 0) {
      return undefined;
    }
    const Key = keptLogKey(jobName);
    const Body = [...logs].map(([name, events]) => `=== ${name}\n${events.map(dated).join('')}`).join('\n');
    const ContentType = 'text/plain; charset=utf-8';
    await services.s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    const newest = [...logs.values()].reduce((one, other) => (lastTime(other) > lastTime(one) ? other : one));
    return {
      place: keptLogPlace(jobName, Bucket, services.region),
      lines: newest.flatMap(({ message = '' }) => message.split('\n')),
    };
  } catch (error) {
    console.error(`the log of ${jobName} could not be kept`, error);
    return undefined;
  }
}

/** The logs of a job's instances that have something in them. */
async function writtenLogs(jobName: string, services: Services): Promise<Map<string, OutputLogEvent[]>> {
  const { clock, until } = services;
  for (let attempt = 1; ; attempt++) {
    const logs = new Map<string, OutputLogEvent[]>();
    const names = await logStreamNames(jobName, services);
    for (const name of names.slice(0, MAX_STREAMS)) {
      const events = await lastEvents(name, services);
      if (events.length > 0) {
        logs.set(name, events);
      }
    }
    if (logs.size > 0 || attempt === ATTEMPTS || clock.now() + INTERVAL > until) {
      return logs;
    }
    await clock.sleep(INTERVAL);
  }
}

/** The end of one stream, in its order. */
async function lastEvents(logStreamName: string, { logs }: Services): Promise<OutputLogEvent[]> {
  const pages: OutputLogEvent[][] = [];
  let nextToken: string | undefined;
  for (let length = 0; length < MAX_LENGTH;) {
    const page = await logs.send(
      new GetLogEventsCommand({ logGroupName: TRAINING_LOG_GROUP, logStreamName, nextToken }),
    );
    const events = page.events ?? [];
    pages.unshift(events);
    length += events.reduce((sum, { message = '' }) => sum + message.length, 0);
    // At its beginning a stream answers with the token that it got.
    if (events.length === 0 || page.nextBackwardToken === nextToken) {
      break;
    }
    nextToken = page.nextBackwardToken;
  }
  return pages.flat();
}

function dated({ timestamp = 0, message = '' }: OutputLogEvent): string {
  return `${new Date(timestamp).toISOString()} ${message}\n`;
}

function lastTime(events: readonly OutputLogEvent[]): number {
  return events.at(-1)?.timestamp ?? 0;
}
