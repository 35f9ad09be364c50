// What a project calls the things that it makes, and what AWS calls those that it makes for them. Imports nothing: the constructs,
// their functions in AWS and the commands read here what a thing is called, and write it nowhere else.

/** The key of the tag that all resources of a project have; its value is the project's name. */
export const PROJECT_TAG = 'project';

/** What follows a project's name in those of its stacks, in the order in which they are deployed. */
export const STACK_SUFFIXES = ['workspace', 'training', 'endpoint'] as const;

/** Which of a project's stacks. */
export type StackSuffix = (typeof STACK_SUFFIXES)[number];

/** The name of one of a project's stacks. */
export function stackName(projectName: string, suffix: StackSuffix): string {
  return `${projectName}-${suffix}`;
}

/** The project and the suffix that a stack's name consists of; undefined if it is not the name of a project's stack. */
export function stackNameParts(name: string): { projectName: string; suffix: StackSuffix } | undefined {
  const suffix = STACK_SUFFIXES.find((candidate) => name.endsWith(`-${candidate}`));
  const projectName = suffix && name.slice(0, -suffix.length - 1);
  return projectName ? { projectName, suffix } : undefined;
}

/** The type of the training job's custom resource, as `cdk diff` shows it. */
export const TRAINING_JOB_RESOURCE_TYPE = 'Custom::SageMakerTrainingJob';

/** The longest name of a project: a training job's has 63 characters, 20 of them for two dashes and two hashes. */
export const MAX_PROJECT_NAME_LENGTH = 43;

/** Hex digits of the request's hash in the name of a training job. */
export const REQUEST_HASH_LENGTH = 10;

/** Hex digits of the attempt's hash in the name of a training job. */
export const ATTEMPT_HASH_LENGTH = 8;

/** Hex digits of the hash of its contents in the prefix of a dataset. */
export const DATASET_HASH_LENGTH = 16;

/** What the names of all attempts at a request begin with: the project's name and the request's hash. */
export function trainingJobNamePrefix(projectName: string, requestHash: string): string {
  return `${projectName}-${requestHash}`;
}

/** The name of a training job. */
export function trainingJobNameOf(prefix: string, attemptHash: string): string {
  return `${prefix}-${attemptHash}`;
}

/** The project that the name of a training job says; undefined if it is not the name of a project's job. */
export function projectOfTrainingJob(name: string): string | undefined {
  // Without RegExp's constructor, of which a bundler cannot tell that a function which does not need it may leave it out.
  return /^([a-zA-Z0-9][a-zA-Z0-9-]{0,42})-[0-9a-f]{10}-[0-9a-f]{8}$/.exec(name)?.[1];
}

/** SageMaker's log group for the training jobs of an account; a job's streams are named `<job>/algo-1-…`. */
export const TRAINING_LOG_GROUP = '/aws/sagemaker/TrainingJobs';

/** SageMaker's log group for the notebook instances of an account; an instance's streams are named `<instance>/…`. */
export const NOTEBOOK_LOG_GROUP = '/aws/sagemaker/NotebookInstances';

/** What the log groups of endpoints begin with, before the endpoint's name. */
export const ENDPOINT_LOG_GROUPS = '/aws/sagemaker/Endpoints/';

/** What the log groups begin with that Lambda makes for functions without one of their own, before the function's name. */
export const FUNCTION_LOG_GROUPS = '/aws/lambda/';

/** The log group that SageMaker writes an endpoint's containers' logs to. */
export function endpointLogGroupName(endpointName: string): string {
  return `${ENDPOINT_LOG_GROUPS}${endpointName}`;
}

/** The ways of hosting. SageMaker changes none into another, so each has an endpoint of its own. */
export const HOSTING_KINDS = ['realtime', 'serverless', 'async'] as const;

/** How an endpoint hosts its model. */
export type HostingKind = (typeof HOSTING_KINDS)[number];

/** The name of a project's endpoint: the project's own if it is real-time, which is what people have in their code. */
export function endpointName(projectName: string, kind: HostingKind): string {
  return kind === 'realtime' ? projectName : `${projectName}-${kind}`;
}

/** The project of an endpoint's name. */
export function projectOfEndpoint(name: string): string {
  const kind = HOSTING_KINDS.find((candidate) => name.endsWith(`-${candidate}`));
  return kind && kind !== 'realtime' ? name.slice(0, -kind.length - 1) : name;
}

/** The name of a project's notebook instance, by a hash of its network if it has one of its own. */
export function notebookName(projectName: string, networkHash?: string): string {
  return networkHash === undefined ? projectName : `${projectName}-${networkHash}`;
}

/** Whether a name is one that a project's notebook instance may have. */
export function isNotebookName(projectName: string, name: string): boolean {
  return (
    name === projectName ||
    (name.startsWith(`${projectName}-`) && /^[0-9a-f]{10}$/.test(name.slice(projectName.length + 1)))
  );
}

/** The channel that brings the script to a container without a network, by the SageMaker Python SDK's name. */
export const CODE_CHANNEL = 'code';

/** CloudWatch's namespace of the metrics of training jobs. */
export const TRAINING_METRICS = '/aws/sagemaker/TrainingJobs';

/** CloudWatch's namespace of the metrics of endpoints' instances. */
export const ENDPOINT_METRICS = '/aws/sagemaker/Endpoints';

/** Where uploaded channels lie in the project's bucket. */
export const DATASETS_PREFIX = 'data/';

/** Where training jobs put their results in the project's bucket. */
export const JOBS_PREFIX = 'jobs/';

/** What the keys of all that a request's jobs left in the project's bucket begin with. */
export function trainingJobsKeyPrefix(namePrefix: string): string {
  return `${JOBS_PREFIX}${trainingJobNameOf(namePrefix, '')}`;
}

/** Where SageMaker puts a training job's model in the project's bucket. */
export function modelKey(trainingJobName: string): string {
  return `${JOBS_PREFIX}${trainingJobName}/output/model.tar.gz`;
}

/** Where the metrics of a completed training job whose model its gate refused lie in the project's bucket: beside the model. */
export function keptMetricsKey(trainingJobName: string): string {
  return `${JOBS_PREFIX}${trainingJobName}/metrics.json`;
}

/** Where the log of a training job that did not succeed lies in the project's bucket: beside the job's results. */
export function keptLogKey(trainingJobName: string): string {
  return `${JOBS_PREFIX}${trainingJobName}/log.txt`;
}

/** Where the mail about a training job's end lies in the project's bucket, if one is sent. */
export function mailKey(trainingJobName: string): string {
  return `${JOBS_PREFIX}${trainingJobName}/mail.txt`;
}

/** Where training jobs keep their checkpoints in the project's bucket. */
export const CHECKPOINTS_PREFIX = 'checkpoints/';

/** Where asynchronous requests are put in the project's bucket. */
export const ASYNC_INPUT_PREFIX = 'async/input/';

/** Where an asynchronous endpoint puts its answers in the project's bucket. */
export const ASYNC_OUTPUT_PREFIX = 'async/output/';

/** Where an asynchronous endpoint says in the project's bucket what went wrong. */
export const ASYNC_FAILURE_PREFIX = 'async/failure/';

/** Where an endpoint's requests and answers are kept in the project's bucket, if they are. */
export const DATA_CAPTURE_PREFIX = 'data-capture/';

/** Where one channel's data lies in the project's bucket, without a slash at its end. */
export function datasetPrefix(channelName: string, contentHash: string): string {
  return `${DATASETS_PREFIX}${channelName}/${contentHash}`;
}

/** The path below which a project's SSM parameters are. */
export function parameterPath(projectName: string): string {
  return `/${projectName}/`;
}

/** The SSM parameter that holds the S3 URL of a project's model artifact. */
export function modelDataUrlParameterName(projectName: string): string {
  return `${parameterPath(projectName)}model-data-url`;
}

/** The SSM parameter that holds the ARN of the topic that a project's mails go through. */
export function idleTopicParameterName(projectName: string): string {
  return `${parameterPath(projectName)}idle-topic-arn`;
}

/** The SSM parameter that holds the ARN of the topic of the mails about a project's training. */
export function trainingTopicParameterName(projectName: string): string {
  return `${parameterPath(projectName)}training-topic-arn`;
}

/** Largest request of a real-time endpoint, in bytes: `BodyBlob` in the service model of sagemaker-runtime. */
export const REALTIME_PAYLOAD_LIMIT = 6 * 1024 * 1024;

/** Largest request and response of a serverless endpoint, in bytes: "4 MB" in the developer guide, counted as the service model counts. */
export const SERVERLESS_PAYLOAD_LIMIT = 4 * 1024 * 1024;

/** Largest request of an asynchronous endpoint, in bytes: "1 GB" in the developer guide. */
export const ASYNC_PAYLOAD_LIMIT = 1024 * 1024 * 1024;

/** What stands for the account where none is known. */
export const PLACEHOLDER_ACCOUNT = '000000000000';

/** The TensorFlow of a project that asks for no other, and the one that `.venv` has. */
export const DEFAULT_TENSORFLOW = '2.21';

/** The variable that tells the training toolkit the ARN of a CodeArtifact repository, which its pip then installs from. */
export const PACKAGE_REPOSITORY = 'CA_REPOSITORY_ARN';
