// What the training job's construct and its Lambda function share. Imports nothing: one side runs at synth, the other in AWS.

/**
 * Properties of the custom resource that are not CreateTrainingJob's own fields.
 * The event rule's input transformer hands the same names to the function, beside `detail`.
 */
export const TrainingJobProperty = {
  /** What every name of this job begins with: the project's name, a dash, and 10 hex digits of the request's hash. */
  NAME_PREFIX: 'TrainingJobNamePrefix',
  /** The wait condition handle's presigned URL (its Ref). It says which job is the stack's own, so it names the job. */
  WAIT_CONDITION_HANDLE: 'WaitConditionHandle',
  /** The gate: metric name → lowest final value that passes. Not part of the job's identity. */
  MINIMUM_METRICS: 'MinimumMetrics',
  /** Versions of the channels' contents: part of the job's identity, and nothing that CreateTrainingJob knows. */
  DATASET_VERSIONS: 'DatasetVersions',
  /** The most that a run may cost, in USD: part of the job's identity, and what the StoppingCondition comes from. */
  BUDGET: 'Budget',
  /** The name of the rule that hands the function the job's end, and lets it look by a schedule for as long as the stack waits. */
  RULE: 'Rule',
} as const;

/** Environment variable of the function: the topic that is told of the job's end; absent when nobody is to be told. */
export const TOPIC_ARN = 'TOPIC_ARN';

/** Key of the input transformer under which EventBridge puts the event's own detail. */
export const TERMINAL_EVENT_DETAIL = 'detail';

/** What Fn::GetAtt finds on the custom resource. */
export const TrainingJobAttribute = {
  NAME: 'TrainingJobName',
  ARN: 'TrainingJobArn',
  MODEL_DATA_URL: 'ModelDataUrl',
} as const;

/** The statuses from which a training job does not move again; the event rule matches these. */
export const TERMINAL_STATUSES = ['Completed', 'Failed', 'Stopped'] as const;
