/**
 * What each parameter of the SageMaker Python SDK is here: the table of lib/training/sdk-parameters.md, which `npm run format` writes.
 * A parameter without a prop is said by the same words as its refusal at synthesis.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sdkTranslation } from '../../aws/sdk-names';

/** What takes the parameters, as the SDK's version 2 has it; ModelTrainer is of version 3. */
export const SDK_CALLABLES = [
  'Estimator',
  'TensorFlow',
  'TrainingInput',
  'FileSystemInput',
  'fit',
  'deploy',
  'ModelTrainer',
] as const;

export type SdkCallable = (typeof SDK_CALLABLES)[number];

/** A parameter of the SDK. */
export interface SdkParameter {
  readonly of: SdkCallable;
  readonly name: string;
  /** The prop that is its own, such as `training.role`; or, with a blank in it, what takes its place. Without it, the words of its refusal. */
  readonly here?: string;
}

const own = (of: SdkCallable, place: string, props: Readonly<Record<string, string>>): SdkParameter[] =>
  Object.entries(props).map(([name, prop]) => ({ of, name, here: `${place}.${prop}` }));
const other = (of: SdkCallable, ...names: string[]): SdkParameter[] => names.map((name) => ({ of, name }));

const TRAINING = 'training';
const CHANNEL = 'Channel';

/** Every parameter, once. Of EstimatorBase, Estimator and Framework, TensorFlow beside them, and what their `fit` and `deploy` take. */
export const SDK_PARAMETERS: readonly SdkParameter[] = [
  ...own('Estimator', TRAINING, {
    role: 'role',
    instance_count: 'instanceCount',
    instance_type: 'instanceType',
    volume_size: 'volumeSize',
    max_run: 'maxRuntime',
    input_mode: 'inputMode',
    subnets: 'vpcSubnets',
    security_group_ids: 'securityGroups',
    metric_definitions: 'metricDefinitions',
    encrypt_inter_container_traffic: 'encryptInterContainerTraffic',
    use_spot_instances: 'spot',
    max_wait: 'maxWait',
    checkpoint_s3_uri: 'checkpoints',
    tensorboard_output_config: 'tensorBoardOutput',
    enable_network_isolation: 'enableNetworkIsolation',
    profiler_config: 'profiler',
    environment: 'environment',
    max_retry_attempts: 'maxRetryAttempts',
    source_dir: 'sourceDir',
    hyperparameters: 'hyperparameters',
    container_log_level: 'containerLogLevel',
    entry_point: 'entryPoint',
    dependencies: 'dependencies',
    enable_infra_check: 'enableInfraCheck',
    container_entry_point: 'containerEntryPoint',
    container_arguments: 'containerArguments',
    enable_remote_debug: 'enableRemoteDebug',
    training_plan: 'trainingPlan',
  }),
  ...other(
    'Estimator',
    'keep_alive_period_in_seconds',
    'volume_kms_key',
    'output_path',
    'output_kms_key',
    'base_job_name',
    'sagemaker_session',
    'tags',
    'model_uri',
    'model_channel_name',
    'checkpoint_local_path',
    'rules',
    'debugger_hook_config',
    'enable_sagemaker_metrics',
    'disable_profiler',
    'git_config',
    'code_location',
    'instance_groups',
    'training_repository_access_mode',
    'training_repository_credentials_provider_arn',
    'disable_output_compression',
    'enable_session_tag_chaining',
    'instance_placement_config',
    'image_uri',
  ),
  ...own('TensorFlow', TRAINING, { framework_version: 'framework', distribution: 'distribution' }),
  ...other('TensorFlow', 'py_version', 'model_dir', 'image_uri', 'compiler_config'),
  ...own('TrainingInput', CHANNEL, {
    distribution: 'distribution',
    compression: 'compressionType',
    content_type: 'contentType',
    record_wrapping: 'recordWrapperType',
    input_mode: 'inputMode',
    attribute_names: 'attributeNames',
    shuffle_config: 'shuffleSeed',
  }),
  ...other(
    'TrainingInput',
    's3_data',
    's3_data_type',
    'instance_groups',
    'target_attribute_name',
    'hub_access_config',
    'model_access_config',
  ),
  ...own('FileSystemInput', CHANNEL, {
    file_system_id: 'fileSystemId',
    file_system_type: 'fileSystemType',
    directory_path: 'directoryPath',
    file_system_access_mode: 'fileSystemAccessMode',
    content_type: 'contentType',
  }),
  ...own('fit', TRAINING, { inputs: 'channels' }),
  ...other('fit', 'wait', 'logs', 'job_name', 'experiment_config'),
  ...own('deploy', 'Hosting.realtime', {
    initial_instance_count: 'initialInstanceCount',
    instance_type: 'instanceType',
    data_capture_config: 'dataCaptureConfig',
    volume_size: 'volumeSize',
    model_data_download_timeout: 'modelDataDownloadTimeout',
    container_startup_health_check_timeout: 'containerStartupHealthCheckTimeout',
    routing_config: 'routingConfig',
    inference_ami_version: 'inferenceAmiVersion',
  }),
  { of: 'deploy', name: 'wait', here: 'nothing: the stack waits for the endpoint' },
  ...other(
    'deploy',
    'serializer',
    'deserializer',
    'accelerator_type',
    'endpoint_name',
    'tags',
    'kms_key',
    'async_inference_config',
    'serverless_inference_config',
    'inference_recommendation_id',
    'explainer_config',
    'accept_eula',
    'endpoint_logging',
    'resources',
    'endpoint_type',
    'managed_instance_scaling',
    'inference_component_name',
    'model_reference_arn',
    'update_endpoint',
    'model_name',
    'use_compiled_model',
  ),
  // Its model_fields in sagemaker-train 1.27.0, which is what version 3.27.0 has.
  ...own('ModelTrainer', TRAINING, {
    role: 'role',
    environment: 'environment',
    hyperparameters: 'hyperparameters',
    training_input_mode: 'inputMode',
  }),
  ...other(
    'ModelTrainer',
    'training_mode',
    'sagemaker_session',
    'base_job_name',
    'input_s3_key_prefix',
    'source_code',
    'distributed',
    'compute',
    'networking',
    'stopping_condition',
    'training_image',
    'training_image_config',
    'algorithm_name',
    'output_data_config',
    'input_data_config',
    'checkpoint_config',
    'tags',
    'local_container_root',
    'model_package_config',
  ),
];

/** The words of a row: a prop, or what takes its place. */
export function wordsOf({ name, here }: SdkParameter): string {
  if (here === undefined) {
    return sdkTranslation(name, undefined) ?? '';
  }
  return here.includes(' ') ? here : `\`${here}\``;
}

/** The committed page. */
export const PARAMETERS_PAGE = 'lib/training/sdk-parameters.md';

const BEGIN = '<!-- written by npm run format -->';

/** The page with its tables as they are to be. */
export function parametersPage(root: string): string {
  const [head = ''] = readFileSync(join(root, PARAMETERS_PAGE), 'utf8').split(BEGIN);
  const tables = SDK_CALLABLES.map((callable) => {
    const rows = SDK_PARAMETERS.filter(({ of }) => of === callable).map(
      (row) => `| \`${row.name}\` | ${wordsOf(row)} |`,
    );
    return `## ${callable}\n\n| SDK | here |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `${head}${BEGIN}\n\n${tables.join('\n')}`;
}

/** Writes it. */
export function writeParametersPage(root: string): void {
  writeFileSync(join(root, PARAMETERS_PAGE), parametersPage(root));
}
