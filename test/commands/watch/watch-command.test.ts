import { CloudWatchLogsClient, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { watchCommand, watchLine, type WatchedProject } from '../../../lib/commands/watch/watch-command';
import { UsageError, UserError } from '../../../lib/console/user-error';
import { endedJob, trainingJob } from './training-jobs';
import { RecordingTerminal } from '../../console/recording-terminal';

const NAME = 'unet-0123456789-01234567';

test.each([
  [[], { jobName: undefined }],
  [[NAME], { jobName: NAME }],
  [['--help'], 'help'],
  [['-h', NAME], 'help'],
])('%j', (argv, expected) => {
  expect(watchLine.parse(argv)).toEqual(expected);
});

test.each([
  [[NAME, 'b'], "'b' is one too many"],
  [['a b'], "'a b' cannot name a training job"],
  [['a'.repeat(64)], '1 to 63 letters'],
  [['ends-'], "'ends-' cannot name"],
  [['--region', 'x'], "Unknown option '--region'"],
])('fails for %j', (argv, message) => {
  expect(() => watchLine.parse(argv)).toThrow(UsageError);
  expect(() => watchLine.parse(argv)).toThrow(message);
  expect(() => watchLine.parse(argv)).toThrow('usage: npm run watch');
});

const sagemaker: any = mockClient(SageMakerClient);
const logs: any = mockClient(CloudWatchLogsClient);
beforeEach(() => {
  sagemaker.reset();
  logs.reset();
  logs.on(DescribeLogStreamsCommand).resolves({ logStreams: [] });
});

/** What bin/app.ts declares, as far as a watch reads it. */
function project(minimumMetrics: Record<string, number>, namePrefix = 'unet-0123456789'): WatchedProject {
  const trainingJob = { stackName: 'unet-training', namePrefix, minimumMetrics };
  return { name: 'unet', trainingJob: trainingJob as unknown as WatchedProject['trainingJob'] };
}

async function watch(
  argv: string[],
  declared: (projectName: string | undefined) => Promise<WatchedProject> = () =>
    Promise.reject(new Error('synthesized')),
) {
  const terminal = new RecordingTerminal();
  const abortion = new AbortController();
  const client = { region: 'us-east-1', credentials: { accessKeyId: 'key', secretAccessKey: 'secret' } };
  const command = watchCommand(declared, {
    connect: () => ({
      sagemaker: new SageMakerClient(client),
      logs: new CloudWatchLogsClient(client),
      hasFixedCredentials: false,
    }),
    now: () => Date.now(),
    // A watch that still waits is left.
    wait: async () => {
      abortion.abort(new Error('left'));
      abortion.signal.throwIfAborted();
    },
  });
  const code = await command(argv, { terminal, signal: abortion.signal });
  return { code, ...terminal };
}

test('help is a result, and looks nothing up', async () => {
  const { code, results } = await watch(['--help']);
  expect(code).toBe(0);
  expect(results[0]).toMatch(/^usage: npm run watch/);
});

test.each([
  ['Completed', { 'validation:accuracy': 0.75 }, 0, /^training job \S+ completed$/],
  [
    'Completed',
    { 'validation:accuracy': 0.95 },
    1,
    /not within minimumMetrics: validation:accuracy is 0\.9, less than 0\.95; its log: s3:\/\/kept\/jobs\/unet-0123456789-01234567\/log\.txt \(https:/,
  ],
  [
    'Failed',
    {},
    1,
    /^training job \S+ failed: out of memory; its log: s3:\/\/kept\/jobs\/unet-0123456789-01234567\/log\.txt \(https:/,
  ],
  ['Stopped', {}, 1, /was stopped by hand/],
] as const)('a job that is %s with the gate %j ends with %i', async (status, gate, expected, result) => {
  sagemaker.on(DescribeTrainingJobCommand).resolves(
    endedJob(status, {
      FailureReason: 'out of memory',
      OutputDataConfig: { S3OutputPath: 's3://kept/jobs' },
      FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.9 }],
    }),
  );
  const { code, results } = await watch([NAME], async () => project(gate));
  expect(results).toEqual([expect.stringMatching(result)]);
  expect(code).toBe(expected);
});

test('a job that failed needs no synthesis, and one of no stack of ours neither', async () => {
  sagemaker.on(DescribeTrainingJobCommand).resolves(endedJob('Failed', { FailureReason: 'x' }));
  expect((await watch([NAME])).code).toBe(1);
  sagemaker.on(DescribeTrainingJobCommand).resolves(endedJob('Completed', { TrainingJobName: 'by-hand' }));
  expect(await watch(['by-hand'])).toMatchObject({ code: 0, results: ['training job by-hand completed'] });
});

test.each([
  ['another job', async () => project({ loss: 1 }, 'unet-9999999999'), 'bin/app.ts declares another job now'],
  ['nothing that can be read', () => Promise.reject(new UserError('synthesis failed')), 'synthesis failed'],
])('where bin/app.ts declares %s, the gate is said to be unknown', async (_title, declared, why) => {
  sagemaker.on(DescribeTrainingJobCommand).resolves(endedJob('Completed'));
  const { code, results } = await watch([NAME], declared);
  expect(code).toBe(0);
  expect(results).toEqual([
    `training job ${NAME} completed; whether it passed its gate is not known: ${why}`,
  ]);
});

test('a watch that is left says how to rejoin', async () => {
  sagemaker.on(DescribeTrainingJobCommand).resolves(trainingJob());
  const { code, infos, results } = await watch([NAME]);
  expect(code).toBe(130);
  expect(infos.at(-1)?.split('\n')).toEqual([
    `left, the job goes on; rejoin with: npm run watch -- ${NAME}`,
    'to end a retraining, and keep the model that serves: aws cloudformation cancel-update-stack --stack-name unet-training --region us-east-1',
    'to end a first training: npx cdk destroy unet-training',
  ]);
  expect(results).toEqual([]);
});

describe('without a name', () => {
  const listed = (name: string, status: string) => ({ TrainingJobName: name, TrainingJobStatus: status });
  const jobs = (...all: object[]) => ({ TrainingJobSummaries: all });

  test.each([
    [
      'the newest',
      [listed('unet-000000000a-00000002', 'Failed'), listed('unet-000000000a-00000001', 'Completed')],
      2,
    ],
    [
      'one in progress before it',
      [listed('unet-000000000a-00000003', 'Failed'), listed('unet-000000000a-00000001', 'InProgress')],
      1,
    ],
    [
      'one that stops',
      [listed('unet-000000000a-00000003', 'Failed'), listed('unet-000000000a-00000001', 'Stopping')],
      1,
    ],
    [
      'none of another project whose name begins alike',
      [
        listed('unet-large-000000000a-00000009', 'InProgress'),
        listed('unet-000000000a-00000001', 'Completed'),
      ],
      1,
    ],
  ])('it follows %s', async (_title, summaries, number) => {
    sagemaker.on(ListTrainingJobsCommand).resolves(jobs(...summaries));
    sagemaker
      .on(DescribeTrainingJobCommand)
      .callsFake(({ TrainingJobName }: any) => endedJob('Failed', { TrainingJobName }));
    const { results } = await watch([], async () => project({}));
    expect(results[0]).toContain(`training job unet-000000000a-0000000${number} failed`);
    expect(sagemaker.commandCalls(ListTrainingJobsCommand)[0].args[0].input).toMatchObject({
      NameContains: 'unet-',
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
    });
  });

  test('it looks further where the first page has jobs of others only', async () => {
    sagemaker
      .on(ListTrainingJobsCommand)
      .resolves({ ...jobs(listed('my-unet-000000000a-00000001', 'InProgress')), NextToken: 'more' })
      .on(ListTrainingJobsCommand, { NextToken: 'more' })
      .resolves(jobs(listed('unet-000000000a-00000001', 'Failed')));
    sagemaker.on(DescribeTrainingJobCommand).resolves(endedJob('Failed'));
    expect((await watch([], async () => project({}))).code).toBe(1);
  });

  test('fails where there is none yet, saying what to deploy', async () => {
    sagemaker.on(ListTrainingJobsCommand).resolves({ TrainingJobSummaries: [] });
    await expect(watch([], async () => project({}))).rejects.toThrow(
      'there is no training job of unet in us-east-1: start one with "npx cdk deploy unet-training"',
    );
    await expect(watch([], async () => ({ name: 'unet', trainingJob: undefined }))).rejects.toThrow(
      'bin/app.ts declares none: give SageMakerProject training',
    );
  });
});

describe('in an app of several projects', () => {
  const several = async (name: string | undefined) => {
    if (name === undefined) {
      throw new UsageError('several projects');
    }
    return { ...project({ 'validation:accuracy': name === 'unet' ? 0.95 : 0.5 }), name };
  };

  test("the gate is that of the job's own project", async () => {
    const job = { FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.9 }] };
    sagemaker.on(DescribeTrainingJobCommand).resolves(endedJob('Completed', job));
    expect((await watch([NAME], several)).results[0]).toContain('not within minimumMetrics');
  });

  test('the newest job is that of the project that is named', async () => {
    sagemaker.on(ListTrainingJobsCommand).resolves({ TrainingJobSummaries: [] });
    await expect(watch(['--project', 'pets'], several)).rejects.toThrow('no training job of pets');
    await expect(watch([], several)).rejects.toThrow(UsageError);
  });
});

test('fails for a job that does not exist, naming the newest of the project', async () => {
  const names = [1, 2, 3, 4, 5, 6].map((number) => `unet-000000000a-0000000${number}`);
  sagemaker
    .on(DescribeTrainingJobCommand)
    .rejects(Object.assign(new Error('Requested resource not found.'), { name: 'ValidationException' }));
  sagemaker
    .on(ListTrainingJobsCommand)
    .resolves({ TrainingJobSummaries: names.map((TrainingJobName) => ({ TrainingJobName })) });
  await expect(watch(['unet-mistyped'], async () => project({}))).rejects.toThrow(
    new UserError(
      `there is no training job unet-mistyped in us-east-1; the newest of unet: ${names.slice(0, 5).join(', ')}`,
    ),
  );
  await expect(watch(['unet-mistyped'], () => Promise.reject(new UserError('no synthesis')))).rejects.toThrow(
    /^there is no training job unet-mistyped in us-east-1$/,
  );
});

test.each([
  ['CredentialsProviderError', 'no AWS credentials'],
  ['ExpiredTokenException', 'the AWS credentials have expired'],
  ['UnrecognizedClientException', 'AWS does not accept the credentials'],
  ['AccessDeniedException', 'allow sagemaker:DescribeTrainingJob'],
])('fails at the beginning for %s in one line', async (name, words) => {
  sagemaker.on(DescribeTrainingJobCommand).rejects(Object.assign(new Error('said'), { name }));
  const failing = watch([NAME]);
  await expect(failing).rejects.toThrow(UserError);
  await expect(failing).rejects.toThrow(words);
});
