import { basename } from 'node:path';
import { formatSeconds, formatUsd } from '../../cost/money';
import { CODE_CHANNEL, DATASET_HASH_LENGTH, datasetPrefix } from '../../names';
import type { DeclaredTrainingJob } from '../../assembly/project-template';

/** A value of a training job that changed; undefined where there is none. */
export interface RequestChange {
  /** In the names that a person types in bin/app.ts, or CreateTrainingJob's where there is no other. */
  readonly property: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** How a field of CreateTrainingJob is told: its name in bin/app.ts, and its value. */
const WORDINGS: readonly [field: RegExp, property: string, value?: (value: string) => string][] = [
  [/^HyperParameters\.sagemaker_program$/, 'entryPoint', unquoted],
  [/^HyperParameters\.sagemaker_container_log_level$/, 'containerLogLevel'],
  [/^HyperParameters\.(sagemaker_.*)$/, 'distribution: $1', unquoted],
  [/^HyperParameters\.(.*)$/, 'hyperparameters.$1', unquoted],
  [/^Environment\.(.*)$/, 'environment.$1'],
  [/^AlgorithmSpecification\.TrainingImage$/, 'framework', (image) => basename(image)],
  [/^AlgorithmSpecification\.TrainingInputMode$/, 'inputMode'],
  [/^AlgorithmSpecification\.ContainerEntrypoint\.(.*)$/, 'containerEntryPoint[$1]'],
  [/^AlgorithmSpecification\.ContainerArguments\.(.*)$/, 'containerArguments[$1]'],
  [/^AlgorithmSpecification\.MetricDefinitions\.(.*)\.Regex$/, 'metricDefinitions.$1'],
  [/^ResourceConfig\.InstanceType$/, 'instanceType'],
  [/^ResourceConfig\.InstanceCount$/, 'instanceCount'],
  [/^ResourceConfig\.VolumeSizeInGB$/, 'volumeSize', (size) => `${size} GB`],
  [/^ResourceConfig\.TrainingPlanArn$/, 'trainingPlan'],
  [/^StoppingCondition\.MaxRuntimeInSeconds$/, 'maxRuntime', duration],
  [/^StoppingCondition\.MaxWaitTimeInSeconds$/, 'maxWait', duration],
  [/^RetryStrategy\.MaximumRetryAttempts$/, 'maxRetryAttempts'],
  [/^EnableManagedSpotTraining$/, 'spot'],
  [/^EnableInterContainerTrafficEncryption$/, 'encryptInterContainerTraffic'],
  [/^EnableNetworkIsolation$/, 'enableNetworkIsolation'],
  [/^RemoteDebugConfig\.EnableRemoteDebug$/, 'enableRemoteDebug'],
  [/^InfraCheckConfig\.EnableInfraCheck$/, 'enableInfraCheck'],
  [/^ProfilerConfig\.(.*)$/, 'profiler: $1'],
  [/^TensorBoardOutputConfig\.(.*)$/, 'tensorBoardOutput: $1'],
  [/^CheckpointConfig\.LocalPath$/, 'checkpoints'],
  [/^VpcConfig\.(.*)$/, 'vpc: $1'],
  [/^InputDataConfig\.(.*)\.DataSource\.S3DataSource\.S3Uri$/, 'channels.$1'],
  [/^InputDataConfig\.(.*)\.DataSource\.S3DataSource\.S3DataDistributionType$/, 'channels.$1.distribution'],
  [/^InputDataConfig\.(.*)\.ContentType$/, 'channels.$1.contentType'],
  [/^InputDataConfig\.(.*)\.InputMode$/, 'channels.$1.inputMode'],
  [/^InputDataConfig\.(.*)\.CompressionType$/, 'channels.$1.compressionType'],
  [/^InputDataConfig\.(.*)\.RecordWrapperType$/, 'channels.$1.recordWrapperType'],
  [/^InputDataConfig\.(.*)\.ShuffleConfig\.Seed$/, 'channels.$1.shuffleSeed'],
  [
    /^InputDataConfig\.(.*)\.DataSource\.S3DataSource\.AttributeNames\.(.*)$/,
    'channels.$1.attributeNames[$2]',
  ],
  [/^InputDataConfig\.(.*)\.DataSource\.FileSystemDataSource\.(.*)$/, 'channels.$1: $2'],
];

/** Fields that say nothing of their own: what else changed, or the stack's surroundings, makes them another. */
const DERIVED = [
  // The contents of the archive and of uploads are compared file by file.
  /^HyperParameters\.sagemaker_submit_directory$/,
  // The prefix is the job's identity.
  /^CheckpointConfig\.S3Uri$/,
  // A channel that comes or goes is told by its data.
  /^InputDataConfig\..*\.(ChannelName|DataSource\.S3DataSource\.S3DataType)$/,
  /^AlgorithmSpecification\.MetricDefinitions\..*\.Name$/,
  // Tags change in place.
  /^Tags\./,
];

const UPLOAD = new RegExp(`/${datasetPrefix('[^/]+', `[0-9a-f]{${DATASET_HASH_LENGTH}}`)}/$`);

/** The values of two training jobs that differ, but for what lies in archives and datasets. */
export function requestChanges(before: DeclaredTrainingJob, after: DeclaredTrainingJob): RequestChange[] {
  const former = values(before);
  const next = values(after);
  return [...new Set([...former.keys(), ...next.keys()])]
    .filter((field) => former.get(field) !== next.get(field))
    .filter((field) => !DERIVED.some((pattern) => pattern.test(field)))
    .map((field) => inWords(field, former.get(field), next.get(field)));
}

/** Where a deploy uploads a channel's data, as its place in the bucket tells; undefined for other channels. */
export function uploadUri({ request }: DeclaredTrainingJob, channel: string): string | undefined {
  const uri = request.InputDataConfig?.find(({ ChannelName: name }) => name === channel)?.DataSource
    ?.S3DataSource?.S3Uri;
  return UPLOAD.test(uri ?? '') ? uri : undefined;
}

function values(job: DeclaredTrainingJob): Map<string, string> {
  const { request, budget, datasetVersions } = job;
  const InputDataConfig = request.InputDataConfig?.filter(
    // The archive with the script is compared file by file.
    ({ ChannelName: name }) => !request.EnableNetworkIsolation || name !== CODE_CHANNEL,
  );
  const all = new Map(leaves({ ...request, InputDataConfig }));
  if (budget !== undefined) {
    all.set('budget', formatUsd(budget));
  }
  for (const [channel, version] of Object.entries(datasetVersions)) {
    all.set(`channels.${channel}.version`, version);
  }
  for (const { ChannelName: channel = '' } of request.InputDataConfig ?? []) {
    // The URI has the hash of what is compared file by file.
    if (uploadUri(job, channel) !== undefined) {
      all.set(`InputDataConfig.${channel}.DataSource.S3DataSource.S3Uri`, 'an uploaded directory');
    }
  }
  return all;
}

function inWords(field: string, before: string | undefined, after: string | undefined): RequestChange {
  // Others keep the name that CreateTrainingJob has for them.
  const [pattern, property, value = String] = WORDINGS.find(([each]) => each.test(field)) ?? [/^$/, ''];
  return {
    property: field.replace(pattern, property),
    before: before && value(before),
    after: after && value(after),
  };
}

/** The text, number and boolean values below a value, by their path. A list's items that have a name go by it. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (value === null || typeof value !== 'object') {
    return value === undefined ? [] : [[path, String(value)]];
  }
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [nameOf(item) ?? String(index), item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) => leaves(item, path === '' ? key : `${path}.${key}`));
}

function nameOf(item: unknown): string | undefined {
  const { Name, ChannelName, Key } = Object(item) as Record<string, unknown>;
  return [Name, ChannelName, Key].find((name) => typeof name === 'string');
}

/** Hyperparameters are JSON: "adam" is told as adam. */
function unquoted(value: string): string {
  return /^".*"$/s.test(value) ? String(JSON.parse(value)) : value;
}

function duration(seconds: string): string {
  return formatSeconds(Number(seconds));
}
