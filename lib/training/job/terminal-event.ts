import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { TERMINAL_EVENT_DETAIL, TrainingJobProperty } from '../training-job-contract';
import { logLink } from './console-link';
import { keepLog } from './kept-log';
import { tellOfEnding } from './ending-mail';
import { keepMetrics } from './kept-model';
import { lastLines } from './last-lines';
import { trainingJobName } from './job-name';
import { type MinimumMetrics, unreported } from './minimum-metrics';
import { trainingOutcome } from './outcome';
import { jsonWithReason, putJson } from './presigned-put';
import type { Services } from './services';
import { disableRule } from './waiting-rule';
import { hasEnded, TrainingJobs } from './training-jobs';

/** What the rule's input transformer makes of a training job's change of state, and of its schedule's moments. */
export interface TerminalEvent {
  /** A presigned URL: never logged. */
  readonly [TrainingJobProperty.WAIT_CONDITION_HANDLE]: string;
  readonly [TrainingJobProperty.NAME_PREFIX]: string;
  readonly [TrainingJobProperty.MINIMUM_METRICS]?: MinimumMetrics;
  /** The rule's own name. */
  readonly [TrainingJobProperty.RULE]: string;
  /** Shaped as DescribeTrainingJob's answer; empty by the schedule. */
  readonly [TERMINAL_EVENT_DETAIL]: DescribeTrainingJobResponse;
}

/** What can be done with a model that its gate refused. */
const KEPT =
  '; its model stays in the bucket: with lower minimumMetrics the next deploy takes it and trains nothing, and npm run deploy -- --retrain trains again';

/** Final metrics may be recorded a little after the job has ended: how often to look again, and milliseconds between. */
const METRIC_ATTEMPTS = 6;
const METRIC_INTERVAL = 10_000;

/**
 * Signals the wait condition how its job ended, and ends the rule that called. An event that is not for this handle's job, or not its
 * end, is none of its business and is let pass. SageMaker's events are best effort, so the function also looks by itself.
 *
 * @throws Error when the handle keeps refusing: Lambda then delivers the event again, and the next look tries too
 */
export async function handleTerminalEvent(event: TerminalEvent, services: Services): Promise<void> {
  const jobName = trainingJobName(event);
  const told = event.detail.TrainingJobName;
  if (told !== undefined && told !== jobName) {
    console.log(`ignored: the event is for training job ${told}, the stack waits for ${jobName}`);
    return;
  }
  const detail = told === undefined ? await new TrainingJobs(services).describe(jobName) : event.detail;
  if (!detail || !hasEnded(detail.TrainingJobStatus)) {
    console.log(`ignored: training job ${jobName} is ${detail?.TrainingJobStatus ?? 'not there'}`);
    return;
  }
  const minimumMetrics = event.MinimumMetrics ?? {};
  const job = await settledJob(detail, minimumMetrics, services);
  const { succeeded, reason: judged, isRefused } = trainingOutcome(job, minimumMetrics);
  const reason = isRefused && (await keepMetrics(job, services.s3)) ? `${judged}${KEPT}` : judged;
  const kept = succeeded ? undefined : await keepLog(job, services);
  const lines = job.TrainingJobStatus === 'Failed' && kept ? lastLines(kept.lines) : undefined;
  const text = lines === undefined ? reason : `${reason}; its last lines:\n${lines}\n`;
  console.log(text);
  const signal = {
    Status: succeeded ? 'SUCCESS' : 'FAILURE',
    // A repeated delivery is the same signal.
    UniqueId: jobName,
    Data: job.ModelArtifacts?.S3ModelArtifacts ?? '',
  };
  const place = kept?.place ?? logLink(jobName, services.region);
  // Before the signal: after it the stack may take the function's permissions away.
  await tellOfEnding(job, { succeeded, reason: text, log: place }, services);
  await putJson(event.WaitConditionHandle, jsonWithReason(signal, text, `; its log: ${place}`), services);
  await disableRule(event.Rule, event.WaitConditionHandle, services);
}

/** The job's record, with its final metrics; the event's own detail when the record is gone. */
async function settledJob(
  detail: DescribeTrainingJobResponse,
  minimumMetrics: MinimumMetrics,
  services: Services,
): Promise<DescribeTrainingJobResponse> {
  const { clock, until } = services;
  const jobs = new TrainingJobs(services);
  for (let attempt = 1; ; attempt++) {
    const record = await jobs.describe(detail.TrainingJobName!);
    if (!record || !hasEnded(record.TrainingJobStatus)) {
      return detail;
    }
    const complete =
      record.TrainingJobStatus !== 'Completed' ||
      unreported(minimumMetrics, record.FinalMetricDataList).length === 0;
    if (complete || attempt === METRIC_ATTEMPTS || clock.now() + METRIC_INTERVAL > until) {
      return record;
    }
    await clock.sleep(METRIC_INTERVAL);
  }
}
