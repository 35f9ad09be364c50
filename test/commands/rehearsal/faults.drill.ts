import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { Duration } from 'aws-cdk-lib';
import { unneededStatements } from '../../../lib/commands/rehearsal/permissions';
import { Hosting } from '../../../lib/endpoint/hosting';
import { Drill, type DrillChanges } from './drill-project';

let drill: Drill;

beforeAll(async () => {
  // The function looks every second, and a wait of 31 minutes takes 6 seconds.
  drill = await Drill.start('faults', 0.2);
}, 300_000);
afterAll(async () => drill.stop(), 60_000);

/** Of the function that the training's stack is told by. */
const FUNCTION = 'TrainingJobRun\\S* ';
const ENDED = 'TrainingJobEnded';

/** Deploys the training alone, in time enough for calls that are repeated. */
async function deploy(changes: DrillChanges = {}) {
  const { exitCode, stdout, stderr } = await drill.deploy({
    hosting: 'none',
    maxRuntime: Duration.hours(2),
    ...changes,
  });
  return { exitCode, said: stdout + stderr };
}

async function stackStatus(StackName: string): Promise<string> {
  const { Stacks } = await drill.cloudformation.send(new DescribeStacksCommand({ StackName }));
  return Stacks![0]!.StackStatus!;
}

/** What functions failed of, from a moment on: all, or those whose name has something in it. */
function failures(since: number, of = ''): string[] {
  return drill.events
    .slice(since)
    .flatMap((event) =>
      event.type === 'function' && event.status === 'FAILED' && event.function.includes(of)
        ? [event.reason ?? '']
        : [],
    );
}

/** Takes a role away with its policies, as somebody does in the console; its name. */
async function takeAway(part: string): Promise<string> {
  const { Roles = [] } = await drill.iam.send(new ListRolesCommand({}));
  const RoleName = Roles.map((role) => role.RoleName!).find((name) => name.includes(part))!;
  const { PolicyNames = [] } = await drill.iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) {
    await drill.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  await drill.iam.send(new DeleteRoleCommand({ RoleName }));
  return RoleName;
}

// Each drill begins where the one before it ended.
test('roles that AWS does not know yet are waited for by every call, and the reason is the script’s own', async () => {
  await drill.goWrong(
    { at: 'call', matches: FUNCTION, outcome: 'denied', seconds: 0.5 },
    { at: 'role', matches: 'TrainingJobJobRole', outcome: 'denied', seconds: 0.5 },
  );
  const { exitCode, said } = await deploy({ factor: 0 });
  expect(exitCode).toBe(1);
  expect(said).toMatch(/AlgorithmError: [^']*ValueError: the factor is nothing/);
  expect(said).toMatch(/its log: s3:/);
  expect(failures(0)).toEqual([]);
  expect(await drill.trainingJobs()).toEqual([]);
}, 300_000);

test('an end that SageMaker never tells is seen by the schedule', async () => {
  await drill.goWrong({ at: 'event', matches: `${ENDED}.* aws.sagemaker$`, outcome: 'lost' });
  const { exitCode, said } = await deploy();
  expect(exitCode === 0 || said).toBe(true);
  expect(await drill.trainedBy()).toBe([...drill.begunJobs()].at(-1));
}, 300_000);

test('an end that is told again in the middle of the next training ends nothing', async () => {
  await drill.goWrong({ at: 'event', matches: `${ENDED}.* aws.sagemaker$`, outcome: 'doubled' });
  const first = await deploy({ factor: 3 });
  expect(first.exitCode === 0 || first.said).toBe(true);
  const since = drill.events.length;
  const second = deploy({ factor: 2, seconds: 5 });
  await drill.untilBegun();
  await drill.goWrong();
  const { exitCode, said } = await second;
  expect(exitCode === 0 || said).toBe(true);
  expect(failures(since)).toEqual([]);
  expect(await drill.trainedBy()).toBe([...drill.begunJobs()].at(-1));
}, 300_000);

test('an end that is told after the wait’s end leaves all as it was', async () => {
  const former = await drill.trainedBy();
  await drill.goWrong(
    { at: 'event', matches: `${ENDED}.* aws.sagemaker$`, outcome: 'late' },
    { at: 'event', matches: `${ENDED}.* aws.events$`, outcome: 'lost' },
  );
  const { exitCode, said } = await deploy({ factor: 3, maxRuntime: Duration.minutes(1) });
  expect([exitCode, said]).toEqual([1, expect.stringContaining('WaitCondition timed out')]);
  await drill.goWrong();
  await drill.until((event) => event.type === 'function' && event.status === 'START');
  expect(await drill.trainedBy()).toBe(former);
  expect(await drill.trainingJobs()).toEqual([former]);
  expect(await stackStatus('faults-training')).toBe('UPDATE_ROLLBACK_COMPLETE');
}, 300_000);

test('a deploy outlasts a minute in which every call is throttled', async () => {
  const deploying = deploy({ factor: 3, seconds: 1, maxRuntime: Duration.hours(9) });
  await drill.untilBegun();
  const throttle = (allBut: string) =>
    drill.goWrong({ at: 'call', matches: `^(?!.*/(${allBut}) )`, outcome: 'throttled' });
  // CloudFormation and SageMaker repeat their own calls.
  await throttle('AWSCloudFormation|SageMaker');
  const leftovers = await drill.leftovers();
  await new Promise((done) => setTimeout(done, 5_000));
  // The CDK CLI gives up after some 40 seconds, and CloudFormation goes on without it.
  await throttle('AWSCloudFormation|SageMaker|aws-cdk-\\S+');
  const since = drill.events.length;
  await new Promise((done) => setTimeout(done, 60_000));
  const ends = drill.events
    .slice(since)
    .filter((event) => event.type === 'stack-event' && event.status.endsWith('COMPLETE'));
  expect(ends).toEqual([]);
  await drill.goWrong();
  const { exitCode, said } = await deploying;
  expect(exitCode === 0 || said).toBe(true);
  expect([leftovers.exitCode, leftovers.stderr]).toEqual([2, expect.stringContaining('Throttling')]);
}, 300_000);

test('a guard that failed on its alarm, which acts once, is called by the schedule', async () => {
  await drill.goWrong(
    { at: 'call', matches: 'EndpointIdleGuard', outcome: 'denied' },
    { at: 'event', matches: 'EndpointIdleGuardLook', outcome: 'lost' },
  );
  const since = drill.events.length;
  // A look of the training's function that the throttling held up may end only now, and is not this test's.
  const guard = () => failures(since, 'EndpointIdleGuard');
  const alarms = () =>
    drill.events.slice(since).flatMap((event) => (event.type === 'alarm' ? event.state : []));
  const hosting = Hosting.realtime({ instanceType: 'ml.m5.xlarge', idleTimeout: Duration.minutes(5) });
  const { exitCode, said } = await deploy({ factor: 3, seconds: 1, hosting });
  expect(exitCode === 0 || said).toBe(true);
  await drill.until(() => guard().length === 3);
  // Ten more minutes in ALARM.
  await new Promise((done) => setTimeout(done, 2_000));
  expect([alarms(), guard().length]).toEqual([['ALARM'], 3]);
  await drill.goWrong();
  await drill.until(
    (event) =>
      event.type === 'stack-event' &&
      event.logicalId === 'faults-endpoint' &&
      event.status === 'DELETE_COMPLETE',
  );
  expect(await drill.endpoints()).toEqual([]);
  // Of an endpoint that was used the alarm is set back; this one was not.
  const unneeded = unneededStatements(await drill.aws.decisions()).filter((text) =>
    text.includes('IdleGuard'),
  );
  expect(unneeded).toEqual([expect.stringMatching(/: cloudwatch:SetAlarmState$/)]);
}, 300_000);

test('a job whose role is taken away fails with that, and a destroy leaves nothing', async () => {
  const deploying = deploy({ factor: 2, seconds: 3 });
  await drill.untilBegun();
  const role = await takeAway('TrainingJobJobRole');
  const { exitCode, said } = await deploying;
  expect([exitCode, said]).toEqual([1, expect.stringContaining(`${role} is gone`)]);
  expect((await drill.destroy()).exitCode).toBe(0);
  expect(await drill.left()).toEqual([]);
}, 300_000);

test('a function whose role is taken away leaves a stack that is deleted without it, by what leftovers says', async () => {
  const deploying = deploy({ factor: 2, seconds: 600, maxRuntime: Duration.minutes(1) });
  await drill.untilBegun();
  await takeAway('TrainingJobRunRole');
  const { exitCode, said } = await deploying;
  expect([exitCode, said]).toEqual([1, expect.stringContaining('did not receive a response')]);
  expect((await drill.destroy({ hosting: 'none' })).exitCode).toBe(1);
  // The job runs on, and costs until it is stopped.
  const [TrainingJobName] = await drill.trainingJobs();
  const found = await drill.leftovers();
  const [, resource] = /delete-stack --stack-name faults-training \S+ \S+ --retain-resources (\w+)\n/.exec(
    found.stdout,
  )!;
  expect(found.stdout).toContain(`aws sagemaker stop-training-job --training-job-name ${TrainingJobName} `);
  const StackName = 'faults-training';
  await drill.cloudformation.send(new DeleteStackCommand({ StackName, RetainResources: [resource!] }));
  const client = drill.cloudformation;
  await waitUntilStackDeleteComplete({ client, maxWaitTime: 60, minDelay: 1 }, { StackName });
  await drill.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
  expect((await drill.destroy({ hosting: 'none' })).exitCode).toBe(0);
  // Its log's stream, which SageMaker's own group keeps, is told of.
  const { stdout } = await drill.leftovers();
  expect(stdout).toMatch(/delete-log-stream (.*\n)+1 left/);
}, 300_000);
