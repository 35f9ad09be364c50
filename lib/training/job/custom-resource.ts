import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceUpdateEvent } from 'aws-lambda';
import { trainingJobNameOf } from '../../names';
import { createRequest } from './create-request';
import { isTrainingJobName, trainingJobArn, trainingJobAttributes, trainingJobName } from './job-name';
import { bucketOfResults, logLink } from './console-link';
import { tellOfEnding } from './ending-mail';
import { keepLog } from './kept-log';
import { findKeptModel, keepMetrics, type KeptModel, keptModelProblem } from './kept-model';
import { deleteLogStreams } from './log-streams';
import { raisedMinimums, shortfalls } from './minimum-metrics';
import { trainingOutcome } from './outcome';
import { jsonWithReason, putJson } from './presigned-put';
import type { Services } from './services';
import type { TrainingJobProperties } from './training-job-properties';
import { hasEnded, TrainingJobs } from './training-jobs';
import { enableRule } from './waiting-rule';

/** Milliseconds between two looks at a job that is stopping. */
const POLL_INTERVAL = 5_000;

/**
 * Does what CloudFormation asks of the custom resource, and answers: whatever happens, exactly one answer.
 */
export async function handleCustomResource(
  event: CloudFormationCustomResourceEvent,
  services: Services,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const properties = event.ResourceProperties as unknown as TrainingJobProperties;
  const identity = { StackId, RequestId, LogicalResourceId };
  let answer: string;
  try {
    const jobName = await act(event, properties, services);
    answer = JSON.stringify({
      ...identity,
      Status: 'SUCCESS',
      PhysicalResourceId: jobName,
      Data: event.RequestType === 'Delete' ? {} : trainingJobAttributes(properties, jobName, StackId),
    });
  } catch (error) {
    console.error(error);
    answer = jsonWithReason(
      { ...identity, Status: 'FAILED', PhysicalResourceId: idAfterFailure(event, properties) },
      error instanceof Error ? error.message : String(error),
    );
  }
  await putJson(event.ResponseURL, answer, services);
}

/** @returns the name of the job that the resource stands for, from now on */
async function act(
  event: CloudFormationCustomResourceEvent,
  properties: TrainingJobProperties,
  services: Services,
): Promise<string> {
  switch (event.RequestType) {
    case 'Create':
      return create(event.StackId, properties, services);
    case 'Update':
      // The rollback of an update asks for the former request: its handle names the former job, which is still there.
      if (!isOfThisRequest(event, properties)) {
        return create(event.StackId, properties, services);
      }
      await adjust(event, properties, services);
      return event.PhysicalResourceId;
    case 'Delete':
      await remove(jobToDelete(event.PhysicalResourceId, properties), properties, services);
      return event.PhysicalResourceId;
  }
}

/** Whether the resource stands for a job of the request already: one that began for this handle, or whose kept model it took. */
function isOfThisRequest(
  { PhysicalResourceId, OldResourceProperties }: CloudFormationCustomResourceUpdateEvent,
  properties: TrainingJobProperties,
): boolean {
  const former = OldResourceProperties as unknown as TrainingJobProperties;
  return (
    PhysicalResourceId === trainingJobName(properties) ||
    (former.WaitConditionHandle === properties.WaitConditionHandle &&
      PhysicalResourceId.startsWith(trainingJobNameOf(properties.TrainingJobNamePrefix, '')))
  );
}

async function create(
  stackId: string,
  properties: TrainingJobProperties,
  services: Services,
): Promise<string> {
  const request = createRequest(properties);
  const jobName = request.TrainingJobName!;
  // Looked up first: SageMaker may find fault with a request, such as data gone since, before it finds the name taken.
  const jobs = new TrainingJobs(services);
  const found = await jobs.describe(jobName);
  if (!found) {
    const rollsBack = await isRollingBack(stackId, services);
    const looked = keptModel(properties, services);
    // A way back must not fail for what it need not know.
    const kept = await (rollsBack ? looked.catch(() => undefined) : looked);
    const problem = kept && keptModelProblem(kept, properties.MinimumMetrics ?? {});
    if (rollsBack) {
      // The model that the stack returns to lies in the bucket; its job's record is gone, and nobody waits for another.
      console.log(`training job ${jobName} is not started: the stack rolls back`);
      return kept && problem === undefined ? kept.jobName : jobName;
    }
    if (problem !== undefined) {
      throw new Error(problem);
    }
    if (kept) {
      const reason = `no training job is started: the model of ${kept.jobName} is in the bucket, and within minimumMetrics`;
      console.log(reason);
      const signal = { Status: 'SUCCESS', UniqueId: jobName, Data: kept.jobName };
      await putJson(properties.WaitConditionHandle, jsonWithReason(signal, reason), services);
      return kept.jobName;
    }
  }
  if (!hasEnded(found?.TrainingJobStatus)) {
    // Before the job: one that ends at once is told of too.
    await enableRule(properties.Rule, services);
  }
  const result = found ? 'exists' : await jobs.create(request);
  console.log(`training job ${jobName} ${result}`);
  return jobName;
}

/** The model that was kept of a request: its gate alone may be another by now. */
function keptModel(properties: TrainingJobProperties, services: Services): Promise<KeptModel | undefined> {
  return findKeptModel(properties.TrainingJobNamePrefix, bucketOfResults(properties), services.s3);
}

/** Whether a stack is on its way back to what it was. */
async function isRollingBack(StackName: string, services: Services): Promise<boolean> {
  const { Stacks = [] } = await services.cloudformation.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0]?.StackStatus?.endsWith('ROLLBACK_IN_PROGRESS') ?? false;
}

/** Applies what may change without another training: the gate and the tags. */
async function adjust(
  event: CloudFormationCustomResourceUpdateEvent,
  properties: TrainingJobProperties,
  services: Services,
): Promise<void> {
  const former = event.OldResourceProperties as unknown as TrainingJobProperties;
  const jobName = event.PhysicalResourceId;
  const jobs = new TrainingJobs(services);
  const job = await jobs.describe(jobName);
  const raised = raisedMinimums(former.MinimumMetrics ?? {}, properties.MinimumMetrics ?? {});
  const kept = job || Object.keys(raised).length === 0 ? undefined : await keptModel(properties, services);
  const metrics = job?.FinalMetricDataList ?? (kept?.jobName === jobName ? kept.finalMetrics : undefined);
  const short = shortfalls(raised, metrics);
  if (short.length > 0) {
    const gone = metrics ? '' : ` (the record of training job ${jobName} is gone)`;
    throw new Error(
      `the model does not pass the changed minimumMetrics${gone}: ${short.join('; ')}; lower them, or change the training`,
    );
  }
  if (job && JSON.stringify(former.Tags) !== JSON.stringify(properties.Tags)) {
    await jobs.retag(trainingJobArn(event.StackId, jobName), former.Tags ?? [], properties.Tags ?? []);
  }
}

/**
 * Ends the job, and with it the bill, then deletes its record and its log streams, of which a copy stays if it did not succeed, and its
 * metrics if it was the gate that refused it.
 * What is gone already is as good.
 */
async function remove(
  jobName: string | undefined,
  properties: TrainingJobProperties,
  services: Services,
): Promise<void> {
  if (!jobName) {
    return;
  }
  const { clock, until } = services;
  const jobs = new TrainingJobs(services);
  let job = await jobs.describe(jobName);
  const running = job && !hasEnded(job.TrainingJobStatus);
  while (job && !hasEnded(job.TrainingJobStatus) && job.TrainingJobStatus !== 'Deleting') {
    if (job.TrainingJobStatus === 'InProgress') {
      await jobs.stop(jobName);
    }
    if (clock.now() + POLL_INTERVAL > until) {
      throw new Error(
        `training job ${jobName} is still ${job.TrainingJobStatus}: it was asked to stop, delete the stack again in a few minutes`,
      );
    }
    await clock.sleep(POLL_INTERVAL);
    job = await jobs.describe(jobName);
  }
  if (job && hasEnded(job.TrainingJobStatus)) {
    const { succeeded, isRefused } = trainingOutcome(job, properties.MinimumMetrics ?? {});
    const kept = succeeded ? undefined : await keepLog(job, services);
    if (running) {
      const reason = `training job ${jobName} was stopped, since its stack waits for it no more: it was deleted or cancelled, or its time was over`;
      const log = kept?.place ?? logLink(jobName, services.region);
      await tellOfEnding(job, { succeeded: false, reason, log }, services);
    }
    if (isRefused) {
      await keepMetrics(job, services.s3);
    }
    await jobs.delete(jobName);
  }
  await deleteLogStreams(jobName, services);
  console.log(`training job ${jobName} deleted`);
}

/** Without an answer to Create, CloudFormation makes up the id; but there may be a job, by the name that it would have. */
function jobToDelete(physicalResourceId: string, properties: TrainingJobProperties): string | undefined {
  return isTrainingJobName(physicalResourceId) ? physicalResourceId : nameIfAny(properties);
}

/** An id with which the Delete that follows a failure finds the right job, or none. */
function idAfterFailure(event: CloudFormationCustomResourceEvent, properties: TrainingJobProperties): string {
  return event.RequestType === 'Create'
    ? (nameIfAny(properties) ?? `${event.LogicalResourceId}-not-created`)
    : event.PhysicalResourceId;
}

/** The job's name, or undefined for properties that never could name one. */
function nameIfAny(properties: TrainingJobProperties): string | undefined {
  try {
    return trainingJobName(properties);
  } catch {
    return undefined;
  }
}
