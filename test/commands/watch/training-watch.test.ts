import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { NoSuchJob, TrainingWatch } from '../../../lib/commands/watch/training-watch';
import { RecordingTerminal } from '../../console/recording-terminal';
import { after, CREATED, endedJob, trainingJob } from './training-jobs';

const NAME = 'unet-0123456789-01234567';

function fault(name: string, message: string, rest: object = {}): Error {
  return Object.assign(new Error(message), { name }, rest);
}
const EXPIRED = fault('ExpiredTokenException', 'The security token included in the request is expired', {
  $metadata: { httpStatusCode: 400 },
});
const THROTTLED = fault('ThrottlingException', 'Rate exceeded', { $metadata: { httpStatusCode: 400 } });
const OFFLINE = fault('Error', 'getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' });
const DENIED = fault('AccessDeniedException', 'not authorized', { $metadata: { httpStatusCode: 400 } });
const GONE = fault('ValidationException', 'Requested resource not found.', {
  $metadata: { httpStatusCode: 400 },
});
const NO_GROUP = fault('ResourceNotFoundException', 'The specified log group does not exist.', {
  $metadata: { httpStatusCode: 400 },
});

/** Log events in pages of two, by the rules of GetLogEvents: the end gives back the token that it got. */
class FakeLog {
  public readonly streams = new Map<string, string[]>();
  /** Tokens that were given more than 24 hours ago. */
  public expired = false;

  public page(stream: string, token: string | undefined) {
    if (token !== undefined && this.expired) {
      this.expired = false;
      throw fault('InvalidParameterException', 'The specified nextToken is invalid.');
    }
    const from = Number(token?.slice(2) ?? 0);
    const messages = (this.streams.get(stream) ?? []).slice(from, from + 2);
    return {
      events: messages.map((message, at) => ({ timestamp: after(60 + from + at).getTime(), message })),
      nextForwardToken: `f/${from + messages.length}`,
    };
  }
}

const sagemaker: any = mockClient(SageMakerClient);
const logs: any = mockClient(CloudWatchLogsClient);
let log: FakeLog;
let terminal: RecordingTerminal;
let connections: number;
let now: number;
let abortion: AbortController;
/** What happens at each wait, in order. */
let meanwhile: (() => void)[];

beforeEach(() => {
  sagemaker.reset();
  logs.reset();
  log = new FakeLog();
  terminal = new RecordingTerminal();
  connections = 0;
  now = CREATED + 60_000;
  abortion = new AbortController();
  meanwhile = [];
  logs.on(DescribeLogStreamsCommand).callsFake((input: any) => {
    if (log.streams.size === 0) {
      throw NO_GROUP;
    }
    const names = [...log.streams.keys()].filter((name) => name.startsWith(input.logStreamNamePrefix));
    const at = Number(input.nextToken ?? 0);
    return {
      logStreams: names.slice(at, at + 1).map((logStreamName) => ({ logStreamName })),
      nextToken: at + 1 < names.length ? String(at + 1) : undefined,
    };
  });
  logs.on(GetLogEventsCommand).callsFake((input: any) => log.page(input.logStreamName, input.nextToken));
});

function watch(hasFixedCredentials = false): TrainingWatch {
  const client = { region: 'us-east-1', credentials: { accessKeyId: 'key', secretAccessKey: 'secret' } };
  return new TrainingWatch({
    jobName: NAME,
    region: 'us-east-1',
    terminal,
    signal: abortion.signal,
    services: {
      connect: () => {
        connections += 1;
        return {
          sagemaker: new SageMakerClient(client),
          logs: new CloudWatchLogsClient(client),
          hasFixedCredentials,
        };
      },
      now: () => now,
      wait: async (milliseconds, signal) => {
        signal.throwIfAborted();
        now += milliseconds;
        meanwhile.shift()?.();
        signal.throwIfAborted();
        if (now > CREATED + 86_400_000) {
          throw new Error('somebody waits without end');
        }
      },
    },
  });
}

/** The log as it is shown. */
function logLines(): string[] {
  return terminal.infos.flatMap((line) => /^algo-\d \| (.*)/.exec(line)?.slice(1) ?? []);
}

/** What kept the watch from news, and the word that nothing does any more. */
function troubles(): string[] {
  return terminal.infos.filter((line) =>
    /AWS answers again|; trying again|the job goes on|sign in as before/.test(line),
  );
}

/** What DescribeTrainingJob answers, one after the other; the last again and again. */
function answers(...all: (object | Error)[]): void {
  let stub = sagemaker.on(DescribeTrainingJobCommand);
  for (const [at, answer] of all.entries()) {
    const once = at < all.length - 1;
    stub =
      answer instanceof Error
        ? stub[once ? 'rejectsOnce' : 'rejects'](answer)
        : stub[once ? 'resolvesOnce' : 'resolves'](answer);
  }
}

test('a log is read from its beginning, page by page, then on from where it was', async () => {
  answers(trainingJob(), trainingJob(), endedJob('Completed'));
  log.streams.set(`${NAME}/algo-1-1767323100`, ['loss=5;', 'loss=4;', 'loss=3;']);
  log.streams.set('unet-0123456789-01234567-other/algo-1-1', ['loss=99;']);
  meanwhile = [() => log.streams.get(`${NAME}/algo-1-1767323100`)!.push('loss=2;', 'loss=1;')];
  const state = await watch().follow();
  expect(logLines()).toEqual(['loss=5;', 'loss=4;', 'loss=3;', 'loss=2;', 'loss=1;']);
  expect(state.metrics.get('loss')!.map(({ value }) => value)).toEqual([5, 4, 3, 2, 1]);
  expect(state.job.TrainingJobStatus).toBe('Completed');
});

test('a job without a log yet is waited for, and streams that come later are read', async () => {
  answers(trainingJob(), trainingJob(), trainingJob(), endedJob('Completed'));
  meanwhile = [
    () => log.streams.set(`${NAME}/algo-1-1`, ['one']),
    () => log.streams.set(`${NAME}/algo-2-1`, ['two']),
  ];
  await watch().follow();
  expect(logLines()).toEqual(['one', 'two']);
  expect(troubles()).toEqual([]);
});

test('lines that arrive after the job’s end are read once more', async () => {
  answers(trainingJob(), endedJob('Completed'));
  log.streams.set(`${NAME}/algo-1-1`, ['one']);
  meanwhile = [() => undefined, () => log.streams.get(`${NAME}/algo-1-1`)!.push('last')];
  await watch().follow();
  expect(logLines()).toEqual(['one', 'last']);
});

test('a job that had ended before is shown at once', async () => {
  answers(endedJob('Failed'));
  log.streams.set(`${NAME}/algo-1-1`, ['a', 'b', 'c']);
  await watch().follow();
  expect(logLines()).toEqual(['a', 'b', 'c']);
  expect(now).toBe(CREATED + 60_000);
});

test('a token that expires in the middle is told with the way out, and the watch goes on with new clients', async () => {
  answers(trainingJob(), EXPIRED, EXPIRED, trainingJob(), endedJob('Completed'));
  log.streams.set(`${NAME}/algo-1-1`, ['one']);
  meanwhile = [() => undefined, () => log.streams.get(`${NAME}/algo-1-1`)!.push('meanwhile')];
  const state = await watch().follow();
  expect(state.job.TrainingJobStatus).toBe('Completed');
  expect(logLines()).toEqual(['one', 'meanwhile']);
  expect(troubles()).toEqual([
    expect.stringMatching(
      /^the AWS credentials have expired .*sign in again; the job goes on, and so does this watch/,
    ),
    'AWS answers again',
  ]);
  expect(connections).toBe(3);
});

test('a token that expires between two pages of the log loses no line and repeats none', async () => {
  answers(endedJob('Completed'));
  log.streams.set(`${NAME}/algo-1-1`, ['a', 'b', 'c', 'd', 'e']);
  let calls = 0;
  logs.on(GetLogEventsCommand).callsFake((input: any) => {
    calls += 1;
    if (calls === 2) {
      throw EXPIRED;
    }
    return log.page(input.logStreamName, input.nextToken);
  });
  await watch().follow();
  expect(logLines()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(troubles()).toContainEqual(expect.stringContaining('expired'));
});

test('after more than a day without credentials the log’s own token is gone too: no line is lost or repeated', async () => {
  answers(trainingJob(), trainingJob(), endedJob('Completed'));
  log.streams.set(`${NAME}/algo-1-1`, ['a', 'b', 'c']);
  meanwhile = [
    () => {
      log.expired = true;
      log.streams.get(`${NAME}/algo-1-1`)!.push('d', 'e');
    },
  ];
  await watch().follow();
  expect(logLines()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('credentials of environment variables cannot be renewed here, so the word is to leave and rejoin', async () => {
  answers(trainingJob(), EXPIRED, endedJob('Completed'));
  await watch(true).follow();
  expect(troubles()).toContainEqual(expect.stringContaining('leave with Ctrl-C and rejoin'));
});

test('whoever has signed in as somebody else meanwhile is told, and the watch goes on', async () => {
  answers(trainingJob(), DENIED, endedJob('Completed'));
  expect((await watch().follow()).hasEnded).toBe(true);
  expect(troubles()).toContainEqual(expect.stringContaining('sign in as before'));
});

test.each([
  ['throttling', THROTTLED, 'AWS does not answer now (ThrottlingException: Rate exceeded); trying again'],
  ['a lost network', OFFLINE, 'AWS cannot be reached (getaddrinfo ENOTFOUND): check the network'],
])('%s is waited out, longer each time up to half a minute', async (_title, error, words) => {
  answers(trainingJob(), error, error, error, error, error, endedJob('Completed'));
  await watch().follow();
  expect(troubles()).toEqual([expect.stringContaining(words), 'AWS answers again']);
  // Polls of 3 s before and after; between them 3, 6, 12, 24 and 30 s.
  expect(now - CREATED).toBe(60_000 + 3_000 + 75_000 + 3_000);
});

test('throttling is waited out at the beginning too', async () => {
  answers(THROTTLED, endedJob('Completed'));
  expect((await watch().follow()).hasEnded).toBe(true);
});

test.each([
  ['without credentials', fault('CredentialsProviderError', 'Could not load credentials from any providers')],
  ['with expired credentials', EXPIRED],
  ['without a network', OFFLINE],
  ['without permission', DENIED],
])('fails at once at the beginning %s', async (_title, error) => {
  answers(error);
  await expect(watch().follow()).rejects.toBe(error);
  expect(now).toBe(CREATED + 60_000);
});

test('fails for a job that does not exist, and for one whose record goes in the middle', async () => {
  answers(GONE);
  await expect(watch().follow()).rejects.toThrow(NoSuchJob);
  sagemaker.reset();
  answers(trainingJob(), GONE);
  await expect(watch().follow()).rejects.toThrow(`training job ${NAME} is gone`);
});

test('an error of the program ends the watch as what it is', async () => {
  const error = new TypeError('x is not a function');
  answers(trainingJob(), error);
  await expect(watch().follow()).rejects.toBe(error);
});

test('whoever may not read the log sees the rest', async () => {
  answers(trainingJob(), endedJob('Completed'));
  logs.on(DescribeLogStreamsCommand).rejects(DENIED);
  expect((await watch().follow()).hasEnded).toBe(true);
  expect(terminal.infos.filter((note) => note.includes('logs:GetLogEvents'))).toHaveLength(1);
});

test('leaving ends the watch wherever it is', async () => {
  answers(trainingJob());
  const reason = new Error('left');
  meanwhile = [() => undefined, () => abortion.abort(reason)];
  await expect(watch().follow()).rejects.toBe(reason);
});

test('the metrics of the gate are waited for, for a minute after the end', async () => {
  const metric = { FinalMetricDataList: [{ MetricName: 'accuracy', Value: 0.9 }] };
  answers(endedJob('Completed'), endedJob('Completed'), endedJob('Completed', metric));
  now = after(631).getTime();
  const watching = watch();
  const state = await watching.follow();
  await watching.settle(state, { accuracy: 0.8 });
  expect(state.job.FinalMetricDataList).toEqual(metric.FinalMetricDataList);
  expect(now).toBe(after(651).getTime());

  answers(endedJob('Completed'));
  const missing = await watching.follow();
  await watching.settle(missing, { accuracy: 0.8 });
  expect(now).toBe(after(691).getTime());
});
