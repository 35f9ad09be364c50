import { FakeStack, handleUrl, jobProperties } from './fake-stack';

/** What the refused job reached: less than its gate of 0.75. */
const METRICS = [{ MetricName: 'validation:accuracy', Value: 0.7099999785423279 }];
const HASH = '1a2b3c4d5e';

let stack: FakeStack;
/** The job that the gate refused, and that the rollback deleted. */
let refused: string;

beforeEach(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
  stack = new FakeStack();
  refused = await stack.start();
  await stack.deliver(stack.ended(stack.aws.end(refused, 'Completed', { metrics: METRICS })));
  stack.aws.objects.set(`bucket/jobs/${refused}/output/model.tar.gz`, 'the model');
  await stack.answer(stack.delete(refused));
});
afterEach(() => jest.restoreAllMocks());

/** The next deploy's properties: another handle, and a gate of its own. */
function next(minimum: string, more: object = {}) {
  return jobProperties(HASH, {
    WaitConditionHandle: handleUrl(HASH, 2),
    MinimumMetrics: { 'validation:accuracy': minimum },
    ...more,
  });
}

test('a lower gate takes the model, trains nothing, and ends the wait at once, delivered twice the same', async () => {
  const properties = next('0.7');
  const event = stack.create(properties);
  const first = await stack.answer(event);
  expect(first).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: refused,
    Data: { TrainingJobName: refused, ModelDataUrl: `s3://bucket/jobs/${refused}/output/model.tar.gz` },
  });
  expect(await stack.answer(event)).toEqual(first);
  expect(stack.aws.started).toEqual([refused]);
  const signals = stack.signals(properties);
  expect(signals.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
  expect(signals[1]).toEqual(signals[0]);
});

test('the same gate refuses it again, trains nothing, and says every way out', async () => {
  const { Status, Reason, PhysicalResourceId } = await stack.answer(stack.create(next('0.75')));
  expect([Status, Reason]).toEqual([
    'FAILED',
    `the model of this very training, of job ${refused}, is in the bucket and not within minimumMetrics: validation:accuracy is 0.71, less than 0.75; ` +
      `lower them, change the training, or train again: npm run deploy -- --retrain, which deletes s3://bucket/jobs/${refused}/metrics.json`,
  ]);
  expect((await stack.answer(stack.delete(PhysicalResourceId, next('0.75')))).Status).toBe('SUCCESS');
  expect(stack.aws.started).toEqual([refused]);
});

test.each([
  ['without its metrics, as --retrain leaves it', () => `bucket/jobs/${refused}/metrics.json`],
  ['whose model is gone', () => `bucket/jobs/${refused}/output/model.tar.gz`],
])('a job %s is trained again', async (_what, gone) => {
  stack.aws.objects.delete(gone());
  await stack.start(next('0.7'));
  expect(stack.aws.started).toHaveLength(2);
});

test('another request finds nothing of it', async () => {
  await stack.start(jobProperties('0000000000'));
  expect(stack.aws.started).toHaveLength(2);
});

test('a taken model is held to a gate that is raised later, by its kept metrics', async () => {
  const properties = next('0.7');
  await stack.answer(stack.create(properties));
  const raise = (minimum: string) => stack.answer(stack.update(refused, properties, next(minimum)));
  expect(await raise('0.705')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: refused });
  expect(await raise('0.72')).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: refused,
    Reason: expect.stringContaining('validation:accuracy is 0.71, less than 0.72'),
  });
  expect(stack.aws.started).toEqual([refused]);
});

test('a rollback returns to a taken model, even when the bucket cannot be looked into', async () => {
  const properties = next('0.7');
  const other = jobProperties('0000000000');
  await stack.answer(stack.create(properties));
  const newer = (await stack.answer(stack.update(refused, properties, other))).PhysicalResourceId as string;
  stack.aws.stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS';
  const signals = stack.signals(properties).length;
  const back = await stack.answer(stack.update(newer, other, properties));
  expect(back).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: refused });
  expect(stack.signals(properties)).toHaveLength(signals);
  jest.spyOn(stack.aws.services.s3, 'send').mockImplementation(() => Promise.reject(new Error('no')));
  expect((await stack.answer(stack.update(newer, other, properties))).Status).toBe('SUCCESS');
});

test('neither a failed job nor one that passed is kept', async () => {
  const failed = await stack.start(jobProperties('0000000000'));
  stack.aws.end(failed, 'Failed', { metrics: METRICS });
  await stack.answer(stack.delete(failed, jobProperties('0000000000')));
  const properties = jobProperties('1111111111', { MinimumMetrics: undefined });
  const passed = await stack.start(properties);
  await stack.deliver(stack.ended(stack.aws.end(passed, 'Completed', { metrics: METRICS }), properties));
  await stack.answer(stack.delete(passed, properties));
  expect([...stack.aws.objects.keys()].filter((key) => key.endsWith('metrics.json'))).toEqual([
    `bucket/jobs/${refused}/metrics.json`,
  ]);
});
