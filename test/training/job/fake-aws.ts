import { Readable } from 'node:stream';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Clock } from '../../../lib/training/job/retry';
import type { Services } from '../../../lib/training/job/services';

const A_DAY = 86_400_000;

/** Time that passes only when somebody sleeps. */
export class FakeClock implements Clock {
  private time = 0;
  public now(): number {
    return this.time;
  }
  public async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    if (this.time > A_DAY) {
      throw new Error('somebody waits without end');
    }
  }
}

/** A request of an SDK client. */
interface HttpRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: Uint8Array;
}

/** An error as AWS sends it. */
export interface Fault {
  readonly code: string;
  readonly message?: string;
  readonly status?: number;
}

interface Job {
  readonly request: Record<string, any>;
  status: string;
  secondaryStatus: string;
  failureReason?: string;
  metrics: { MetricName: string; Value: number }[];
  /** When a stopping job has stopped. */
  endsAt?: number;
}

const NOT_FOUND: Fault = { code: 'ValidationException', message: 'Requested resource not found.' };
const ENDED = ['Completed', 'Failed', 'Stopped'];
const STREAMS_PER_PAGE = 2;

/**
 * SageMaker's training jobs, their log streams and CloudFormation's presigned URLs, in memory.
 * The real SDK clients talk to it, so requests and errors are serialized as they are for AWS.
 */
export class FakeAws {
  public readonly clock = new FakeClock();
  public readonly jobs = new Map<string, Job>();
  /** Names of all jobs ever started, in order. */
  public readonly started: string[] = [];
  public readonly tags = new Map<string, Record<string, string>>();
  public readonly logStreams = new Set<string>();
  /** The messages of a stream, a page each. */
  public readonly logPages = new Map<string, string[][]>();
  /** What was put into S3, by bucket and key. */
  public readonly objects = new Map<string, string>();
  /** What was sent to the topic. */
  public readonly mails: { subject: string; text: string }[] = [];
  /** The rules that call by now. */
  public readonly enabledRules = new Set<string>();
  /** What the rule says to the function: it waits for the job of the stack's newest request. */
  public ruleInput = '';
  /** Of the stack, as DescribeStacks tells it. */
  public stackStatus = 'UPDATE_IN_PROGRESS';
  /** The operations called, in order. */
  public readonly calls: string[] = [];
  /** What each presigned URL has accepted. */
  public readonly accepted = new Map<string, any[]>();
  /** Milliseconds that a job takes to stop. */
  public stopTakes = 150_000;
  private readonly faults = new Map<string, (Fault | number)[]>();

  public readonly services: Omit<Services, 'until'> = {
    sagemaker: new SageMakerClient(this.clientConfig()),
    logs: new CloudWatchLogsClient(this.clientConfig()),
    s3: new S3Client({ ...this.clientConfig(), forcePathStyle: true }),
    events: new EventBridgeClient(this.clientConfig()),
    cloudformation: new CloudFormationClient(this.clientConfig()),
    sns: new SNSClient(this.clientConfig()),
    topicArn: undefined,
    clock: this.clock,
    region: 'eu-west-1',
    fetch: async (url, init) => {
      const fault = this.faults.get(String(url))?.shift();
      if (typeof fault === 'number') {
        return new Response('<Error/>', { status: fault });
      }
      if (fault) {
        throw Object.assign(new TypeError(`cannot fetch ${String(url)}`), { cause: { code: fault.code } });
      }
      const bodies = this.accepted.get(String(url)) ?? [];
      this.accepted.set(String(url), [...bodies, JSON.parse(String(init!.body))]);
      return new Response(null, { status: 200 });
    },
  };

  /** Makes the next calls of an operation, or of a presigned URL, fail. */
  public failNext(operationOrUrl: string, ...faults: (Fault | number)[]): void {
    this.faults.set(operationOrUrl, [...(this.faults.get(operationOrUrl) ?? []), ...faults]);
  }

  public forgetFaults(): void {
    this.faults.clear();
  }

  /** Ends a job as SageMaker would, and returns the event's detail. */
  public end(
    name: string,
    status: string,
    rest: Partial<Pick<Job, 'secondaryStatus' | 'failureReason' | 'metrics'>> = {},
  ): Record<string, any> {
    const job = this.jobs.get(name)!;
    Object.assign(job, { status, secondaryStatus: status, ...rest });
    return this.record(name)!;
  }

  /** A job's record, as DescribeTrainingJob and the event's detail have it. */
  public record(name: string): Record<string, any> | undefined {
    const job = this.jobs.get(name);
    if (job?.endsAt !== undefined && this.clock.now() >= job.endsAt) {
      Object.assign(job, { status: 'Stopped', secondaryStatus: 'Stopped', endsAt: undefined });
    }
    return (
      job && {
        ...job.request,
        TrainingJobStatus: job.status,
        SecondaryStatus: job.secondaryStatus,
        FailureReason: job.failureReason,
        FinalMetricDataList: job.metrics,
        ModelArtifacts: {
          S3ModelArtifacts: `${job.request.OutputDataConfig.S3OutputPath}/${name}/output/model.tar.gz`,
        },
      }
    );
  }

  private clientConfig() {
    return {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      // The SDK's own repetitions wait in real time.
      maxAttempts: 1,
      requestHandler: {
        handle: async (request: HttpRequest) => {
          const target = request.headers['x-amz-target'];
          if (target === undefined) {
            const taken =
              request.headers['if-none-match'] === '*' &&
              this.objects.has(decodeURIComponent(request.path).slice(1));
            const body = taken
              ? '<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions did not hold</Message></Error>'
              : this.withoutTarget(request);
            return {
              response: {
                statusCode: taken ? 412 : 200,
                headers: {},
                body: Readable.from([Buffer.from(body)]),
              },
            };
          }
          const operation = target.split('.')[1]!;
          const answer = this.answer(operation, JSON.parse(new TextDecoder().decode(request.body)));
          const failed = 'code' in answer;
          return {
            response: {
              statusCode: failed ? (answer.status ?? 400) : 200,
              headers: {},
              body: Buffer.from(
                JSON.stringify(failed ? { __type: answer.code, message: answer.message } : answer),
              ),
            },
          };
        },
      } as never,
    };
  }

  /** What S3 and CloudFormation answer, whose protocols name no target. */
  private withoutTarget({ method, path, query, body }: HttpRequest): string {
    const key = decodeURIComponent(path).slice(1);
    if (method === 'GET') {
      const isList = query['list-type'] === '2';
      this.calls.push(isList ? 'ListObjectsV2' : 'GetObject');
      return isList ? this.listing(key.replace(/\/$/, ''), query.prefix!) : this.objects.get(key)!;
    }
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
    if (text.includes('Action=DescribeStacks')) {
      this.calls.push('DescribeStacks');
      return (
        '<DescribeStacksResponse><DescribeStacksResult><Stacks><member>' +
        `<StackStatus>${this.stackStatus}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
      );
    }
    if (text.includes('Action=Publish')) {
      this.calls.push('Publish');
      const sent = new URLSearchParams(text);
      this.mails.push({ subject: sent.get('Subject') ?? '', text: sent.get('Message') ?? '' });
      return '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
    }
    this.calls.push('PutObject');
    this.objects.set(key, text);
    return '';
  }

  /** What a bucket has below a prefix: later objects are newer. */
  private listing(bucket: string, prefix: string): string {
    const contents = [...this.objects.keys()].flatMap((path, index) => {
      const key = path.slice(bucket.length + 1);
      const isListed = path.startsWith(`${bucket}/`) && key.startsWith(prefix);
      const time = new Date(index * 1000).toISOString();
      return isListed ? [`<Contents><Key>${key}</Key><LastModified>${time}</LastModified></Contents>`] : [];
    });
    return `<ListBucketResult>${contents.join('')}</ListBucketResult>`;
  }

  private answer(operation: string, input: Record<string, any>): Fault | object {
    this.calls.push(operation);
    const fault = this.faults.get(operation)?.shift();
    if (fault) {
      return fault as Fault;
    }
    const name: string = input.TrainingJobName;
    const record = this.record(name);
    const job = this.jobs.get(name);
    switch (operation) {
      case 'CreateTrainingJob':
        if (job) {
          return {
            code: 'ResourceInUse',
            message: 'Training job names must be unique, and a training job with this name already exists',
          };
        }
        this.jobs.set(name, {
          request: input,
          status: 'InProgress',
          secondaryStatus: 'Starting',
          metrics: [],
        });
        this.started.push(name);
        for (const host of ['algo-1-1', 'algo-1-2', 'algo-1-3']) {
          this.logStreams.add(`${name}/${host}`);
        }
        return { TrainingJobArn: 'arn' };
      case 'DescribeTrainingJob':
        return record ?? NOT_FOUND;
      case 'StopTrainingJob':
        if (!job) {
          return NOT_FOUND;
        }
        if (ENDED.includes(job.status)) {
          return { code: 'ValidationException', message: `The training job is in status ${job.status}` };
        }
        job.endsAt ??= this.clock.now() + this.stopTakes;
        job.status = 'Stopping';
        return {};
      case 'DeleteTrainingJob':
        if (!job) {
          return NOT_FOUND;
        }
        if (!ENDED.includes(job.status)) {
          return { code: 'ValidationException', message: 'The training job cannot be deleted now' };
        }
        this.jobs.delete(name);
        return {};
      case 'AddTags':
        this.tags.set(input.ResourceArn, {
          ...this.tags.get(input.ResourceArn),
          ...Object.fromEntries(input.Tags.map((tag: any) => [tag.Key, tag.Value])),
        });
        return {};
      case 'DeleteTags':
        for (const key of input.TagKeys) {
          delete this.tags.get(input.ResourceArn)?.[key];
        }
        return {};
      case 'DescribeLogStreams':
        return {
          logStreams: [...this.logStreams]
            .filter((stream) => stream.startsWith(input.logStreamNamePrefix))
            .slice(0, STREAMS_PER_PAGE)
            .map((logStreamName) => ({ logStreamName })),
          nextToken: 'more',
        };
      case 'GetLogEvents': {
        const pages = this.logPages.get(input.logStreamName) ?? [];
        const left = Number(input.nextToken ?? pages.length);
        return {
          events: (pages[left - 1] ?? []).map((message) => ({ message, timestamp: 0 })),
          nextBackwardToken: String(Math.max(left - 1, 0)),
        };
      }
      case 'EnableRule':
        this.enabledRules.add(input.Name);
        return {};
      case 'ListTargetsByRule':
        return { Targets: [{ InputTransformer: { InputTemplate: this.ruleInput } }] };
      case 'DisableRule':
        this.enabledRules.delete(input.Name);
        return {};
      case 'DeleteLogStream':
        return this.logStreams.delete(input.logStreamName) ? {} : { code: 'ResourceNotFoundException' };
      default:
        throw new Error(`the fake has no ${operation}`);
    }
  }
}
