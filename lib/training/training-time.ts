import type { StoppingCondition } from '@aws-sdk/client-sagemaker';
import { Duration } from 'aws-cdk-lib';
import type { TrainingProps } from './training-props';

/** The longest that a wait condition holds a stack (AWS::CloudFormation::WaitCondition, Timeout). */
const MAX_WAIT = Duration.hours(12);

/** What is added to a job's own time for its start, the download of its data and the upload of its model. */
const WAIT_MARGIN = Duration.minutes(30);

/** The longest that a job may take, spot capacity's wait included. */
const LONGEST_JOB = MAX_WAIT.minus(WAIT_MARGIN);

/** How long a training job may run if nothing is said. */
const DEFAULT_MAX_RUNTIME = Duration.hours(1);

/** The least that SageMaker lets a job wait for capacity. */
const LEAST_PENDING = Duration.minutes(30);

/** The props that say how long a job may take. */
export type TimeProps = Pick<
  TrainingProps,
  'maxRuntime' | 'maxWait' | 'maxPendingTime' | 'budget' | 'spot' | 'checkpoints'
> &
  Partial<Pick<TrainingProps, 'instanceType'>>;

/**
 * When SageMaker stops a job.
 * @param paidSeconds what a budget pays for; without a budget, nothing limits the run so
 */
export function stoppingCondition(props: TimeProps, paidSeconds = Infinity): StoppingCondition {
  const longest = LONGEST_JOB.toSeconds();
  const maxWait = props.maxWait?.toSeconds() ?? longest;
  const MaxRuntimeInSeconds = Math.min(
    runLimit(props),
    paidSeconds,
    props.spot ? maxWait : longest - (secondsOf(props.maxPendingTime) ?? 0),
  );
  return props.spot
    ? { MaxRuntimeInSeconds, MaxWaitTimeInSeconds: waitTime(props, MaxRuntimeInSeconds) }
    : { MaxRuntimeInSeconds, MaxPendingTimeInSeconds: props.maxPendingTime?.toSeconds() };
}

/**
 * How long the stack waits for the job, in seconds. What a budget pays for does not shorten it: a wait condition cannot be
 * updated, so another price would be another one, and with it another training.
 */
export function stackTimeout(props: TimeProps): number {
  const longest = props.spot
    ? waitTime(props, runLimit(props))
    : Math.min(runLimit(props) + (secondsOf(props.maxPendingTime) ?? 0), LONGEST_JOB.toSeconds());
  return longest + WAIT_MARGIN.toSeconds();
}

/** What is wrong with the times, in the names that a person typed. Limits: StoppingCondition in SageMaker's service model. */
export function timeProblems(props: TimeProps): string[] {
  const rules = props.spot ? spotProblems : onDemandProblems;
  return [...durationProblems('maxRuntime', secondsOf(props.maxRuntime)), ...rules(props)];
}

function spotProblems(props: TimeProps): string[] {
  const longest = LONGEST_JOB.toSeconds();
  const maxWait = secondsOf(props.maxWait);
  const problems = durationProblems('maxWait', maxWait);
  // With a budget alone, the run is as long as it pays for within maxWait.
  const least = props.maxRuntime || props.budget === undefined ? runLimit(props) : 60;
  if (props.maxPendingTime) {
    problems.push('maxPendingTime: with spot, maxWait ends the wait for capacity; leave maxPendingTime out');
  }
  if (props.checkpoints === false) {
    problems.push(
      'checkpoints: false, with spot: whenever AWS takes the capacity back, all that was trained would be lost; leave checkpoints out, or spot',
    );
  }
  if (maxWait === undefined && secondsOf(props.maxRuntime) === longest) {
    problems.push(
      `maxRuntime: ${longest} s is all the time that a stack can wait for a job, so spot would have none to wait for capacity; lower maxRuntime, or leave spot out`,
    );
  }
  if (maxWait !== undefined && maxWait < least) {
    problems.push(
      `maxWait: ${maxWait} s is less than the ${least} s that the job may run, which it includes; raise maxWait, or lower maxRuntime`,
    );
  }
  return problems;
}

/** Limits: MaxPendingTimeInSeconds in SageMaker's service model, and what it says of instance types. */
function onDemandProblems(props: TimeProps): string[] {
  const problems = props.maxWait
    ? [
        'maxWait: only with spot, while maxPendingTime ends the wait of others; give spot: true, or leave it out',
      ]
    : [];
  const pending = secondsOf(props.maxPendingTime);
  if (pending === undefined) {
    return problems;
  }
  problems.push(...wholeSecondsProblems('maxPendingTime', pending));
  if (pending < LEAST_PENDING.toSeconds()) {
    problems.push(`maxPendingTime: ${pending} s is less than the 30 minutes that SageMaker waits at least`);
  }
  if (!/^ml\.(p|g|trn)\d/.test(props.instanceType ?? '')) {
    problems.push(
      `maxPendingTime: without effect on '${props.instanceType}': SageMaker ends the wait for ml.p, ml.g and ml.trn types alone; leave it out`,
    );
  }
  const run = secondsOf(props.maxRuntime) ?? (props.budget === undefined ? runLimit(props) : 60);
  if (pending + run > LONGEST_JOB.toSeconds()) {
    problems.push(`maxPendingTime: with the run, ${beyondLongest(pending + run)}`);
  }
  return problems;
}

/** Seconds, with their fraction, which `wholeSecondsProblems` refuses. */
function secondsOf(duration: Duration | undefined): number | undefined {
  return duration?.toSeconds({ integral: false });
}

function durationProblems(prop: string, seconds: number | undefined): string[] {
  return seconds !== undefined && seconds > LONGEST_JOB.toSeconds()
    ? [`${prop}: ${beyondLongest(seconds)}`]
    : wholeSecondsProblems(prop, seconds);
}

function wholeSecondsProblems(prop: string, seconds: number | undefined): string[] {
  return seconds === undefined || (Number.isInteger(seconds) && seconds >= 1)
    ? []
    : [`${prop}: ${seconds} seconds is not a whole number of seconds from 1`];
}

function beyondLongest(seconds: number): string {
  return (
    `${seconds} s is more than the ${LONGEST_JOB.toSeconds()} s (${LONGEST_JOB.toHours({ integral: false })} hours) that a stack can wait for a job: ` +
    `a wait condition holds ${MAX_WAIT.toHours()} hours, and ${WAIT_MARGIN.toMinutes()} minutes of it go to starting and uploading`
  );
}

/** The longest run, but for what a budget pays for. */
function runLimit({ maxRuntime, budget }: TimeProps): number {
  return secondsOf(maxRuntime) ?? (budget === undefined ? DEFAULT_MAX_RUNTIME : LONGEST_JOB).toSeconds();
}

/** Twice the run, if nothing is said: as long for capacity as for the training itself. */
function waitTime({ maxWait }: TimeProps, maxRuntime: number): number {
  return secondsOf(maxWait) ?? Math.min(2 * maxRuntime, LONGEST_JOB.toSeconds());
}
