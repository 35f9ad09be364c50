import { FakeStack, GOOD_METRICS, jobProperties } from './fake-stack';

let stack: FakeStack;
let jobName: string;

beforeEach(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
  stack = toldStack();
  jobName = await stack.start();
});
afterEach(() => jest.restoreAllMocks());

/** A stack whose topic is told. */
function toldStack(): FakeStack {
  const made = new FakeStack();
  Object.assign(made.aws.services, { topicArn: 'arn:aws:sns:eu-west-1:111122223333:mails' });
  return made;
}

const told = () => stack.aws.mails;

test('a job that completed is told of once, with its metrics and its model, however often its end is delivered', async () => {
  const event = stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS }));
  await Promise.all([stack.deliver(event), stack.deliver(event)]);
  await stack.deliver(event);
  expect(told()).toEqual([
    {
      subject: 'Training of unet completed',
      text: expect.stringContaining(
        `The training job ${jobName} completed.\n\nMetrics:\n  validation:accuracy: 0.81\n\n`,
      ),
    },
  ]);
  expect(told()[0]?.text).toContain(`Its model: s3://bucket/jobs/${jobName}/output/model.tar.gz`);
  expect(stack.aws.objects.get(`bucket/jobs/${jobName}/mail.txt`)).toContain('validation:accuracy: 0.81');
});

test('a job that failed is told of with its reason, its last lines and its log, before its stack rolls back', async () => {
  stack.aws.logStreams.add(`${jobName}/algo-1-1`);
  stack.aws.logPages.set(`${jobName}/algo-1-1`, [['Traceback', 'ValueError: boom']]);
  await stack.deliver(
    stack.ended(stack.aws.end(jobName, 'Failed', { failureReason: 'AlgorithmError: boom' })),
  );
  const [mail] = told();
  expect(mail?.subject).toBe('Training of unet failed');
  expect(mail?.text).toMatch(/^The training job unet-.* failed: AlgorithmError: boom; its last lines:\n/);
  expect(mail?.text).toContain('ValueError: boom');
  expect(mail?.text).toMatch(/\n\nA model that served before serves on\.\n\nIts log: s3:\/\/bucket\/jobs\//);
  const { calls } = stack.aws;
  expect(calls.indexOf('Publish')).toBeLessThan(calls.indexOf('DisableRule'));
});

test.each([
  [
    'short of its gate',
    'Completed',
    { metrics: [{ MetricName: 'validation:accuracy', Value: 0.5 }] },
    'completed, but not within its gate',
  ],
  ['stopped by hand', 'Stopped', {}, 'was stopped'],
])('a job %s is told of as such', async (_what, status, rest, subject) => {
  await stack.deliver(stack.ended(stack.aws.end(jobName, status, rest)));
  expect(told().map((mail) => mail.subject)).toEqual([`Training of unet ${subject}`]);
});

test('a job that is stopped with its stack is told of; one that has ended long ago is not', async () => {
  await stack.answer(stack.delete(jobName));
  expect(told()).toMatchObject([
    { subject: 'Training of unet was stopped', text: expect.stringContaining('deleted or cancelled') },
  ]);
  const next = toldStack();
  const ended = await next.start();
  next.aws.end(ended, 'Completed', { metrics: GOOD_METRICS });
  await next.answer(next.delete(ended));
  expect(next.aws.mails).toEqual([]);
});

test('a mail that cannot be sent, or kept, changes nothing of what the stack is told', async () => {
  const publish = jest.spyOn(stack.aws.services.sns, 'send').mockImplementation(() => {
    throw new Error('NotFound: Topic does not exist');
  });
  await stack.deliver(stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS })));
  expect(publish).toHaveBeenCalledTimes(1);
  expect(stack.signals()).toMatchObject([{ Status: 'SUCCESS' }]);
});

test('without a topic nothing is sent or kept', async () => {
  Object.assign(stack.aws.services, { topicArn: undefined });
  await stack.deliver(
    stack.ended(stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS }), jobProperties()),
  );
  expect(told()).toEqual([]);
  expect([...stack.aws.objects.keys()].filter((key) => key.endsWith('mail.txt'))).toEqual([]);
});
