import assert from 'node:assert/strict';
import { trainingJobName } from '../../lib/training/job/job-name';
import { FakeStack, GOOD_METRICS, handleUrl, jobProperties } from './job/fake-stack';

const THROTTLED = { code: 'ThrottlingException', message: 'Rate exceeded' };
const NO_ROLE_YET = {
  code: 'ValidationException',
  message: 'Could not assume role arn:aws:iam::1:role/job. Please ensure that the role exists',
};

let stack: FakeStack;
let logged: string;

beforeEach(() => {
  stack = new FakeStack();
  logged = '';
  for (const method of ['log', 'error'] as const) {
    jest.spyOn(console, method).mockImplementation((...parts) => {
      logged += `${parts.map((part) => part?.stack ?? String(part)).join(' ')}\n`;
    });
  }
});
afterEach(() => {
  assert.doesNotMatch(logged, /Signature/);
  jest.restoreAllMocks();
});

describe('Create', () => {
  test('starts one job and answers at once with its name and its model', async () => {
    const event = stack.create();
    const answer = await stack.answer(event);
    const [jobName] = stack.aws.started;
    expect(jobName).toMatch(/^unet-1a2b3c4d5e-[0-9a-f]{8}$/);
    expect(answer).toEqual({
      Status: 'SUCCESS',
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: 'TrainingJob',
      PhysicalResourceId: jobName,
      Data: {
        TrainingJobName: jobName,
        TrainingJobArn: `arn:aws:sagemaker:eu-west-1:111122223333:training-job/${jobName}`,
        ModelDataUrl: `s3://bucket/jobs/${jobName}/output/model.tar.gz`,
      },
    });
    expect(stack.aws.jobs.get(jobName!)!.request.StoppingCondition).toEqual({ MaxRuntimeInSeconds: 7200 });
  });

  test('delivered twice, also at the same time, starts one job and gives the same answer', async () => {
    const event = stack.create();
    await Promise.all([stack.deliver(event), stack.deliver(event)]);
    await stack.deliver(event);
    expect(stack.aws.started).toHaveLength(1);
    const [first, ...others] = stack.aws.accepted.get(event.ResponseURL)!;
    expect(first.Status).toBe('SUCCESS');
    expect(others).toEqual([first, first]);
  });

  test('with a fresh handle after a failed attempt starts another job', async () => {
    await stack.start();
    await stack.start(jobProperties('1a2b3c4d5e', { WaitConditionHandle: handleUrl('1a2b3c4d5e', 2) }));
    expect(new Set(stack.aws.started).size).toBe(2);
  });

  test.each([
    ['throttling', THROTTLED],
    ['a role that is not known everywhere yet', NO_ROLE_YET],
    [
      'a policy that is not known everywhere yet',
      { code: 'AccessDeniedException', message: 'not authorized' },
    ],
    ['an internal failure', { code: 'InternalFailure', status: 500 }],
  ])('survives %s', async (_what, fault) => {
    stack.aws.failNext('CreateTrainingJob', fault, fault, fault);
    await stack.start();
    expect(stack.aws.started).toHaveLength(1);
  });

  test('survives ten minutes in which every API throttles, and so does its end', async () => {
    const minutes = (count: number) => Array.from({ length: count * 4 }, () => THROTTLED);
    stack.aws.failNext('CreateTrainingJob', ...minutes(10));
    const jobName = await stack.start();
    expect(stack.aws.clock.now()).toBeGreaterThan(9 * 60_000);
    stack.aws.failNext('DescribeTrainingJob', ...minutes(5));
    stack.aws.failNext('DeleteTrainingJob', ...minutes(4));
    stack.aws.failNext('DescribeLogStreams', ...minutes(2));
    expect(await stack.answer(stack.delete(jobName))).toMatchObject({ Status: 'SUCCESS' });
    expect(stack.aws.jobs.size).toBe(0);
  });

  test.each([
    ['a role that never can be assumed', NO_ROLE_YET, 'Could not assume role', 2],
    ['throttling without end', THROTTLED, 'Rate exceeded', 13],
  ])('fails on %s in time for an answer', async (_what, fault, reason, minutes) => {
    stack.aws.failNext('CreateTrainingJob', ...Array.from({ length: 1000 }, () => fault));
    const answer = await stack.answer(stack.create());
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(reason) });
    expect(stack.aws.clock.now()).toBeGreaterThan((minutes - 1) * 60_000);
    expect(stack.aws.clock.now()).toBeLessThan((minutes + 0.25) * 60_000);
  });

  test('fails on a quota at once, with the quota and the way out, and the Delete that follows is harmless', async () => {
    const message = "The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances";
    stack.aws.failNext('CreateTrainingJob', { code: 'ResourceLimitExceeded', message });
    const answer = await stack.answer(stack.create());
    expect(answer.Status).toBe('FAILED');
    expect(answer.Reason).toBe(
      `${message} (ask for a higher quota at https://eu-west-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas, or choose another instanceType)`,
    );
    expect(stack.aws.clock.now()).toBe(0);
    expect(await stack.answer(stack.delete(answer.PhysicalResourceId))).toMatchObject({ Status: 'SUCCESS' });
  });

  test('fails with an answer, and logs the stack, when the properties make no sense', async () => {
    const answer = await stack.answer(stack.create({ ServiceToken: 'arn' }));
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'TrainingJob-not-created' });
    expect(answer.Reason).toContain('TrainingJobNamePrefix');
    expect(logged).toContain('job-name.ts');
    expect(
      await stack.answer(stack.delete(answer.PhysicalResourceId, { ServiceToken: 'arn' })),
    ).toMatchObject({ Status: 'SUCCESS' });
  });

  test('answers although the URL refuses once', async () => {
    const event = stack.create();
    stack.aws.failNext(event.ResponseURL, 403, { code: 'ECONNRESET' }, 500);
    expect(await stack.answer(event)).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('Update', () => {
  test('of another request starts its job; its rollback returns to the former one and starts none', async () => {
    const [before, after] = [jobProperties('aaaaaaaaaa'), jobProperties('bbbbbbbbbb')];
    const former = await stack.start(before);
    const updated = await stack.answer(stack.update(former, before, after));
    expect(updated).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: trainingJobName(after) });
    // SageMaker refuses the former request for another reason than its name: it must not be sent again.
    stack.aws.failNext('CreateTrainingJob', { code: 'ValidationException', message: 'No S3 objects found' });
    const rolledBack = await stack.answer(stack.update(updated.PhysicalResourceId, after, before));
    expect(rolledBack).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: former });
    expect(stack.aws.started).toEqual([former, trainingJobName(after)]);
  });

  test('that rolls back to a job whose record is gone starts none', async () => {
    const [before, after] = [jobProperties('aaaaaaaaaa'), jobProperties('bbbbbbbbbb')];
    const former = await stack.start(before);
    stack.aws.jobs.delete(former);
    const { PhysicalResourceId } = await stack.answer(stack.update(former, before, after));
    stack.aws.stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS';
    expect(await stack.answer(stack.update(PhysicalResourceId, after, before))).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: former,
    });
    expect(stack.aws.started).toEqual([former, trainingJobName(after)]);
  });

  test('that fails keeps the former physical id', async () => {
    const before = jobProperties('aaaaaaaaaa');
    const former = await stack.start(before);
    stack.aws.failNext('CreateTrainingJob', { code: 'ValidationException', message: 'No S3 objects found' });
    const answer = await stack.answer(stack.update(former, before, jobProperties('bbbbbbbbbb')));
    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: former,
      Reason: 'No S3 objects found',
    });
  });

  test.each([
    ['lower', '0.7', 'SUCCESS'],
    ['higher, and passed', '0.81', 'SUCCESS'],
    ['higher, and not passed', '0.9', 'FAILED'],
  ])('of the gate alone, to one that is %s, trains nothing', async (_what, minimum, status) => {
    const before = jobProperties();
    const after = jobProperties('1a2b3c4d5e', { MinimumMetrics: { 'validation:accuracy': minimum } });
    const jobName = await stack.start(before);
    stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS });
    const answer = await stack.answer(stack.update(jobName, before, after));
    expect(answer).toMatchObject({ Status: status, PhysicalResourceId: jobName });
    expect(stack.aws.started).toHaveLength(1);
  });

  test('of the gate, refused, tells both numbers; its rollback passes even when the record is gone by then', async () => {
    const before = jobProperties();
    const after = jobProperties('1a2b3c4d5e', { MinimumMetrics: { 'validation:accuracy': '0.9' } });
    const jobName = await stack.start(before);
    stack.aws.end(jobName, 'Completed', { metrics: GOOD_METRICS });
    const { Reason } = await stack.answer(stack.update(jobName, before, after));
    expect(Reason).toBe(
      'the model does not pass the changed minimumMetrics: validation:accuracy is 0.81, less than 0.9; lower them, or change the training',
    );
    stack.aws.jobs.delete(jobName);
    expect(await stack.answer(stack.update(jobName, after, before))).toMatchObject({ Status: 'SUCCESS' });
  });

  test('of the tags alone changes the tags', async () => {
    const before = jobProperties();
    const tags = [{ Key: 'team', Value: 'vision' }];
    const jobName = await stack.start(before);
    const arn = `arn:aws:sagemaker:eu-west-1:111122223333:training-job/${jobName}`;
    stack.aws.tags.set(arn, { project: 'unet' });
    const answer = await stack.answer(
      stack.update(jobName, before, jobProperties('1a2b3c4d5e', { Tags: tags })),
    );
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: jobName });
    expect(stack.aws.tags.get(arn)).toEqual({ team: 'vision' });
    expect(stack.aws.started).toHaveLength(1);
  });
});

describe('Delete', () => {
  test('in the middle of a run stops the job, waits, and deletes its record and its log streams alone', async () => {
    stack.aws.logStreams.add('unet-1a2b3c4d5e-other/algo-1');
    const jobName = await stack.start();
    stack.aws.failNext('DescribeTrainingJob', THROTTLED);
    expect(await stack.answer(stack.delete(jobName))).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: jobName,
    });
    expect(stack.aws.calls.filter((call) => call === 'StopTrainingJob')).toHaveLength(1);
    expect(stack.aws.jobs.size).toBe(0);
    expect([...stack.aws.logStreams]).toEqual(['unet-1a2b3c4d5e-other/algo-1']);
  });

  test('keeps the log of a job that was stopped, and of none that succeeded', async () => {
    const jobName = await stack.start();
    stack.aws.logPages.set(`${jobName}/algo-1-1`, [['epoch 1']]);
    await stack.answer(stack.delete(jobName));
    expect([...stack.aws.objects.keys()]).toEqual([`bucket/jobs/${jobName}/log.txt`]);
    stack.aws.objects.clear();
    const other = jobProperties('bbbbbbbbbb');
    const passed = await stack.start(other);
    stack.aws.logPages.set(`${passed}/algo-1-1`, [['epoch 1']]);
    stack.aws.end(passed, 'Completed', { metrics: GOOD_METRICS });
    await stack.answer(stack.delete(passed, other));
    expect(stack.aws.objects.size).toBe(0);
  });

  test('succeeds when the job ends while it is asked to stop', async () => {
    const jobName = await stack.start();
    stack.aws.failNext('StopTrainingJob', {
      code: 'ValidationException',
      message: 'it is in status Completed',
    });
    stack.aws.stopTakes = 0;
    expect(await stack.answer(stack.delete(jobName))).toMatchObject({ Status: 'SUCCESS' });
    expect(stack.aws.jobs.size).toBe(0);
  });

  test('succeeds when record, streams and log group are gone already, delivered again and again', async () => {
    const jobName = await stack.start();
    stack.aws.jobs.delete(jobName);
    stack.aws.failNext('DescribeLogStreams', { code: 'ResourceNotFoundException', message: 'no such group' });
    const event = stack.delete(jobName);
    expect(await stack.answer(event)).toMatchObject({ Status: 'SUCCESS' });
    stack.aws.failNext('DeleteLogStream', { code: 'ResourceNotFoundException' });
    expect(await stack.answer(event)).toMatchObject({ Status: 'SUCCESS' });
    expect(await stack.answer(event)).toMatchObject({ Status: 'SUCCESS' });
    expect(stack.aws.logStreams.size).toBe(0);
  });

  test('after a Create without an answer finds the job that was started', async () => {
    await stack.start();
    const answer = await stack.answer(stack.delete('unet-training-TrainingJob-1ABCDEFGHIJKL'));
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(stack.aws.jobs.size).toBe(0);
  });

  test.each(['DescribeTrainingJob', 'StopTrainingJob', 'DeleteTrainingJob', 'DescribeLogStreams'])(
    'waits until AWS knows the role that may call %s',
    async (operation) => {
      const jobName = await stack.start();
      stack.aws.failNext(operation, { code: 'AccessDeniedException', message: 'not authorized' });
      expect(await stack.answer(stack.delete(jobName))).toMatchObject({ Status: 'SUCCESS' });
      expect(stack.aws.jobs.size).toBe(0);
      expect(stack.aws.logStreams.size).toBe(0);
    },
  );

  test('fails in time, and says what to do, when the job does not stop', async () => {
    stack.aws.stopTakes = Number.POSITIVE_INFINITY;
    const jobName = await stack.start();
    const answer = await stack.answer(stack.delete(jobName));
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: jobName });
    expect(answer.Reason).toBe(
      `training job ${jobName} is still Stopping: it was asked to stop, delete the stack again in a few minutes`,
    );
    expect(stack.aws.clock.now()).toBeGreaterThan(600_000);
  });
});
