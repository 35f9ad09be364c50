import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  type GetLogEventsResponse,
  paginateDescribeLogStreams,
} from '@aws-sdk/client-cloudwatch-logs';
import { isNotFound } from '../../training/job/api-errors';
import { TRAINING_LOG_GROUP } from '../../names';

/** A line of a training job's log. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** The instance that wrote it: `algo-1`. */
  readonly host: string;
  readonly text: string;
}

/** How far a log stream has been read. */
interface Position {
  token: string | undefined;
  /** Events read since the stream's beginning. */
  events: number;
  /** Events to leave out, since they were read before. */
  known: number;
}

/** A training job's log in CloudWatch: read from its beginning, then on from where the last reading ended. */
export class JobLog {
  private readonly positions = new Map<string, Position>();

  public constructor(private readonly jobName: string) {}

  /**
   * What is new, a page at a time. Where a page fails, the next reading begins with it. A job without a log yet has none:
   * its group and streams come with its first line, an instance or a spot restart has a stream of its own.
   */
  public async *read(client: CloudWatchLogsClient, signal: AbortSignal): AsyncGenerator<LogLine[]> {
    for (const stream of await this.streams(client, signal)) {
      const position = this.positions.get(stream) ?? { token: undefined, events: 0, known: 0 };
      this.positions.set(stream, position);
      const host = stream.slice(this.jobName.length + 1).replace(/-\d+$/, '');
      for (let isEnd = false; !isEnd;) {
        const page = await this.page(client, stream, position, signal);
        // The end gives the token back that it got; a page may be empty before that. A stream that is gone has nothing new.
        isEnd = page === undefined || page.nextForwardToken === position.token;
        const { events = [], nextForwardToken = position.token } = page ?? {};
        const unknown = events.slice(position.known);
        position.token = nextForwardToken;
        position.known -= events.length - unknown.length;
        position.events += unknown.length;
        if (unknown.length > 0) {
          yield unknown.flatMap(({ timestamp = 0, message = '' }) =>
            message.split(/\r\n|\n|\r/).map((text) => ({ timestamp, host, text })),
          );
        }
      }
    }
  }

  private async streams(client: CloudWatchLogsClient, signal: AbortSignal): Promise<string[]> {
    // The slash keeps out the streams of a job whose name only begins alike.
    const own = { logGroupName: TRAINING_LOG_GROUP, logStreamNamePrefix: `${this.jobName}/` };
    const names: string[] = [];
    try {
      for await (const page of paginateDescribeLogStreams({ client }, own, { abortSignal: signal })) {
        names.push(...(page.logStreams ?? []).map((stream) => stream.logStreamName!));
      }
    } catch (error) {
      if (!isNotFound(error)) {
        throw error;
      }
    }
    return names;
  }

  /** The next page, or undefined where the stream is gone. */
  private async page(
    client: CloudWatchLogsClient,
    stream: string,
    position: Position,
    signal: AbortSignal,
  ): Promise<GetLogEventsResponse | undefined> {
    try {
      return await client.send(
        new GetLogEventsCommand({
          logGroupName: TRAINING_LOG_GROUP,
          logStreamName: stream,
          startFromHead: true,
          nextToken: position.token,
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      if ((error as Error).name === 'InvalidParameterException' && position.token !== undefined) {
        // A token lives for 24 hours, and credentials may be gone for longer: once more from the beginning.
        Object.assign(position, { token: undefined, known: position.events });
        return this.page(client, stream, position, signal);
      }
      throw error;
    }
  }
}
