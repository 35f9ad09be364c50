import assert from 'node:assert/strict';
import { FakeStack, GOOD_METRICS, handleUrl, jobProperties } from './fake-stack';

const KEPT =
  '; its model stays in the bucket: with lower minimumMetrics the next deploy takes it and trains nothing, and npm run deploy -- --retrain trains again';

let stack: FakeStack;
let jobName: string;
let logged: string[];

beforeEach(async () => {
  logged = [];
  jest.spyOn(console, 'log').mockImplementation((line) => void logged.push(line));
  stack = new FakeStack();
  jobName = await stack.start();
});
afterEach(() => {
  assert.doesNotMatch(logged.join(), /Signature/);
  jest.restoreAllMocks();
});

const link = () =>
  `; its log: https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logStream:group=/aws/sagemaker/TrainingJobs;prefix=${jobName};streamFilter=typeLogStreamPrefix`;

test('a job that completed within its gate is a success, delivered twice the same', async () => {
  const event = stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS }));
  await stack.deliver(event);
  await stack.deliver(event);
  const signal = {
    Status: 'SUCCESS',
    UniqueId: jobName,
    Reason: `training job ${jobName} completed${link()}`,
    Data: `s3://bucket/jobs/${jobName}/output/model.tar.gz`,
  };
  expect(stack.signals()).toEqual([signal, signal]);
});

test.each([
  [
    'that falls short of its gate',
    'Completed',
    { metrics: [{ MetricName: 'validation:accuracy', Value: 0.7099999785423279 }] },
    `completed, but not within minimumMetrics: validation:accuracy is 0.71, less than 0.75${KEPT}`,
  ],
  [
    'that does not report the gated metric',
    'Completed',
    { metrics: [{ MetricName: 'train:loss', Value: 0.5 }] },
    `completed, but not within minimumMetrics: validation:accuracy was not reported (reported: train:loss)${KEPT}`,
  ],
  ['that failed', 'Failed', { failureReason: 'AlgorithmError: boom' }, 'failed: AlgorithmError: boom'],
  [
    'over its time',
    'Stopped',
    { secondaryStatus: 'MaxRuntimeExceeded', metrics: GOOD_METRICS },
    'was stopped at its longest run of 7200 seconds: raise maxRuntime, and the budget if there is one, or let it train less',
  ],
  [
    'stopped by hand',
    'Stopped',
    { metrics: GOOD_METRICS },
    'was stopped by hand (StopTrainingJob): deploy again to train again',
  ],
])('a job %s is a failure, with the reason and the log', async (_what, status, rest, reason) => {
  await stack.deliver(stack.ended(stack.aws.end(jobName, status, rest)));
  expect(stack.signals()).toEqual([
    expect.objectContaining({
      Status: 'FAILURE',
      UniqueId: jobName,
      Reason: `training job ${jobName} ${reason}${link()}`,
    }),
  ]);
});

test('metrics that are recorded a little late still count', async () => {
  const detail = stack.aws.end(jobName, 'Completed');
  const { sleep } = stack.aws.clock;
  jest.spyOn(stack.aws.clock, 'sleep').mockImplementation(async (milliseconds) => {
    stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS });
    await sleep.call(stack.aws.clock, milliseconds);
  });
  await stack.deliver(stack.ended(detail));
  expect(stack.signals()).toMatchObject([{ Status: 'SUCCESS' }]);
});

test('the record counts, not the event; the event counts when the record is gone', async () => {
  const detail = stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS });
  await stack.deliver(stack.ended({ ...detail, FinalMetricDataList: undefined }));
  stack.aws.jobs.delete(jobName);
  await stack.deliver(stack.ended(detail));
  expect(stack.signals().map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
});

test('a job whose event never came is found by a look of the schedule, which ends with it', async () => {
  const look = stack.ended({});
  await stack.deliver(look);
  expect(stack.signals()).toEqual([]);
  expect([...stack.aws.enabledRules]).toEqual([look.Rule]);
  stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS });
  await stack.deliver(look);
  expect(stack.signals()).toMatchObject([{ Status: 'SUCCESS', UniqueId: jobName }]);
  expect(stack.aws.enabledRules.size).toBe(0);
});

test('an end that is told again while the stack waits for another job leaves the rule on', async () => {
  const event = stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS }));
  await stack.deliver(event);
  const another = jobProperties(undefined, { WaitConditionHandle: handleUrl('1a2b3c4d5e', 2) });
  await stack.answer(stack.update(jobName, jobProperties(), another));
  await stack.deliver(event);
  expect([...stack.aws.enabledRules]).toEqual([another.Rule]);
});

test('a look before the job is there, or at one whose record is gone, is let pass', async () => {
  stack.aws.jobs.delete(jobName);
  await stack.deliver(stack.ended({}));
  expect(stack.signals()).toEqual([]);
});

test("a failed job's log is kept in the bucket, and its last lines are told without the toolkit's report", async () => {
  const deep = Array.from({ length: 200 }, (_, depth) => `  File "train.py", line ${depth}, in call`);
  stack.aws.logPages.set(`${jobName}/algo-1-1`, [
    ['epoch 1', 'Traceback (most recent call last):', ...deep.slice(0, 100)],
    [
      ...deep.slice(100),
      'mylib.DataFault: no photographs in /opt/ml/input/data/training',
      '2026-11-27 10:00:00,000 sagemaker-training-toolkit INFO     Waiting for the process to finish and give a return code.',
      '2026-11-27 10:00:00,000 sagemaker-training-toolkit ERROR    Reporting training FAILURE',
      '2026-11-27 10:00:00,000 sagemaker-training-toolkit ERROR    ExecuteUserScriptError:\nExitCode 1\nErrorMessage ""',
    ],
  ]);
  await stack.deliver(stack.ended(stack.aws.end(jobName, 'Failed', { failureReason: 'ErrorMessage ""' })));
  const [{ Reason }] = stack.signals();
  const key = `jobs/${jobName}/log.txt`;
  expect(Reason).toMatch(/failed: ErrorMessage ""; its last lines:\n {2}File/);
  expect(Reason).toContain(
    'mylib.DataFault: no photographs in /opt/ml/input/data/training\n; its log: s3://',
  );
  expect(
    Reason.endsWith(
      `s3://bucket/${key} (https://eu-west-1.console.aws.amazon.com/s3/object/bucket?region=eu-west-1&prefix=${encodeURIComponent(key)})`,
    ),
  ).toBe(true);
  const kept = stack.aws.objects.get(`bucket/${key}`);
  expect(kept).toContain('epoch 1');
  expect(kept).toContain('Reporting training FAILURE');
});

test('the log of a job that falls short of its gate is kept too, without lines in the reason', async () => {
  stack.aws.logPages.set(`${jobName}/algo-1-1`, [['epoch 1']]);
  await stack.deliver(stack.ended(stack.aws.end(jobName, 'Completed', { metrics: [] })));
  expect(stack.signals()[0].Reason).toContain(
    `was not reported (reported: none)${KEPT}; its log: s3://bucket/jobs/`,
  );
  expect([...stack.aws.objects.keys()].toSorted()).toEqual([
    `bucket/jobs/${jobName}/log.txt`,
    `bucket/jobs/${jobName}/metrics.json`,
  ]);
});

test('an event of an earlier attempt at the same request is let pass', async () => {
  const again = jobProperties('1a2b3c4d5e', { WaitConditionHandle: handleUrl('1a2b3c4d5e', 2) });
  await stack.start(again);
  await stack.deliver(stack.ended(stack.aws.end(jobName, 'Stopped'), again));
  expect(stack.signals(again)).toEqual([]);
  expect(stack.signals()).toEqual([]);
  expect(logged.at(-1)).toContain(
    `ignored: the event is for training job ${jobName}, the stack waits for unet-`,
  );
});

test.each(['someone-elses-job', undefined])('an event of the job %s is let pass', async (TrainingJobName) => {
  await stack.deliver(stack.ended({ TrainingJobName, TrainingJobStatus: 'Completed' }));
  expect(stack.signals()).toEqual([]);
});

test.each(['InProgress', 'Stopping', 'Deleting', undefined])(
  'an event of status %s is let pass',
  async (status) => {
    await stack.deliver(stack.ended({ ...stack.aws.record(jobName), TrainingJobStatus: status }));
    expect(stack.signals()).toEqual([]);
  },
);

test('a handle that refuses once, and a throttled API, cost nothing but time', async () => {
  const event = stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS }));
  stack.aws.failNext('DescribeTrainingJob', { code: 'ThrottlingException' }, { code: 'ThrottlingException' });
  stack.aws.failNext(event.WaitConditionHandle, 403);
  await stack.deliver(event);
  expect(stack.signals()).toMatchObject([{ Status: 'SUCCESS' }]);
});

test('fails for Lambda to deliver again when the handle keeps refusing', async () => {
  const event = stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS }));
  stack.aws.failNext(event.WaitConditionHandle, ...Array.from({ length: 1000 }, () => 403));
  await expect(stack.deliver(event)).rejects.toThrow("CloudFormation's URL answered 403");
  stack.aws.forgetFaults();
  await stack.deliver(event);
  expect(stack.signals()).toMatchObject([{ Status: 'SUCCESS' }]);
});

test('the longest failure reason fits, with the link', async () => {
  await stack.deliver(stack.ended(stack.aws.end(jobName, 'Failed', { failureReason: '"é\n'.repeat(3000) })));
  expect(Buffer.byteLength(JSON.stringify(stack.signals()[0]))).toBeLessThanOrEqual(4096);
  expect(stack.signals()[0].Reason.endsWith(`…${link()}`)).toBe(true);
});

test('numbers of the gate come as numbers from the event rule', async () => {
  const event = stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS }));
  await stack.deliver({ ...event, MinimumMetrics: { 'validation:accuracy': 0.81 } });
  await stack.deliver({ ...event, MinimumMetrics: { 'validation:accuracy': 0.82 } });
  expect(stack.signals().map(({ Status }) => Status)).toEqual(['SUCCESS', 'FAILURE']);
});
