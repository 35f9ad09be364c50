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
interface Wording {
  readonly field: RegExp;
  readonly property: string;
  readonly value?: (value: string) => string;
}

const WORDINGS: readonly Wording[] = [
  { field: /^HyperParameters\.sagemaker_program$/, property: 'entryPoint', value: unquoted },
  { field: /^HyperParameters\.sagemaker_container_log_level$/, property: 'containerLogLevel' },
  { field: /^HyperParameters\.(sagemaker_.*)$/, property: 'distribution: $1', value: unquoted },
  { field: /^HyperParameters\.(.*)$/, property: 'hyperparameters.$1', value: unquoted },
  { field: /^Environment\.(.*)$/, property: 'environment.$1' },
  {
    field: /^AlgorithmSpecification\.TrainingImage$/,
    property: 'framework',
    value: (image) => image.slice(image.lastIndexOf('/') + 1),
  },
  { field: /^AlgorithmSpecification\.TrainingInputMode$/, property: 'inputMode' },
  { field: /^AlgorithmSpecification\.ContainerEntrypoint\.(.*)$/, property: 'containerEntryPoint[$1]' },
  { field: /^AlgorithmSpecification\.ContainerArguments\.(.*)$/, property: 'containerArguments[$1]' },
  { field: /^AlgorithmSpecification\.MetricDefinitions\.(.*)\.Regex$/, property: 'metricDefinitions.$1' },
  { field: /^ResourceConfig\.InstanceType$/, property: 'instanceType' },
  { field: /^ResourceConfig\.InstanceCount$/, property: 'instanceCount' },
  { field: /^ResourceConfig\.VolumeSizeInGB$/, property: 'volumeSize', value: (size) => `${size} GB` },
  { field: /^ResourceConfig\.TrainingPlanArn$/, property: 'trainingPlan' },
  { field: /^StoppingCondition\.MaxRuntimeInSeconds$/, property: 'maxRuntime', value: duration },
  { field: /^StoppingCondition\.MaxWaitTimeInSeconds$/, property: 'maxWait', value: duration },
  { field: /^RetryStrategy\.MaximumRetryAttempts$/, property: 'maxRetryAttempts' },
  { field: /^EnableManagedSpotTraining$/, property: 'spot' },
  { field: /^EnableInterContainerTrafficEncryption$/, property: 'encryptInterContainerTraffic' },
  { field: /^EnableNetworkIsolation$/, property: 'enableNetworkIsolation' },
  { field: /^RemoteDebugConfig\.EnableRemoteDebug$/, property: 'enableRemoteDebug' },
  { field: /^InfraCheckConfig\.EnableInfraCheck$/, property: 'enableInfraCheck' },
  { field: /^ProfilerConfig\.(.*)$/, property: 'profiler: $1' },
  { field: /^TensorBoardOutputConfig\.(.*)$/, property: 'tensorBoardOutput: $1' },
  { field: /^CheckpointConfig\.LocalPath$/, property: 'checkpoints' },
  { field: /^VpcConfig\.(.*)$/, property: 'vpc: $1' },
  { field: /^InputDataConfig\.(.*)\.DataSource\.S3DataSource\.S3Uri$/, property: 'channels.$1' },
  {
    field: /^InputDataConfig\.(.*)\.DataSource\.S3DataSource\.S3DataDistributionType$/,
    property: 'channels.$1.distribution',
  },
  { field: /^InputDataConfig\.(.*)\.ContentType$/, property: 'channels.$1.contentType' },
  { field: /^InputDataConfig\.(.*)\.InputMode$/, property: 'channels.$1.inputMode' },
  { field: /^InputDataConfig\.(.*)\.CompressionType$/, property: 'channels.$1.compressionType' },
  { field: /^InputDataConfig\.(.*)\.RecordWrapperType$/, property: 'channels.$1.recordWrapperType' },
  { field: /^InputDataConfig\.(.*)\.ShuffleConfig\.Seed$/, property: 'channels.$1.shuffleSeed' },
  {
    field: /^InputDataConfig\.(.*)\.DataSource\.S3DataSource\.AttributeNames\.(.*)$/,
    property: 'channels.$1.attributeNames[$2]',
  },
  { field: /^InputDataConfig\.(.*)\.DataSource\.FileSystemDataSource\.(.*)$/, property: 'channels.$1: $2' },
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
  const wording = WORDINGS.find(({ field: pattern }) => pattern.test(field));
  const value = (given: string | undefined) =>
    given === undefined ? undefined : (wording?.value?.(given) ?? given);
  return {
    property: wording ? field.replace(wording.field, wording.property) : field,
    before: value(before),
    after: value(after),
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
