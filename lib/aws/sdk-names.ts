const OWN_BUCKET = () =>
  "nothing: results lie in the project's bucket below jobs/, so that a destroy leaves none";
const OUT_OF_ECR = () =>
  'ContainerImage.fromAsset, or fromEcrRepository with a pull-through cache, since images come out of ECR';
const OWN_CHECKPOINTS = () => "checkpoints: true, which keeps them in the project's bucket";
const OWN_IMAGE = (value: unknown) =>
  `framework: Framework.image({ training: ContainerImage.fromUri('${text(value, 'URI')}') })`;
const S3_CHANNELS = () => "channels: { training: Channel.fromS3('s3://…') }";
const ONE_MODEL = () =>
  'nothing: inference components share instances among several models, and a project has one';

/**
 * What the SageMaker Python SDK's names are here, where they differ by more than their spelling.
 * Sources: sagemaker.estimator.EstimatorBase, Framework, TensorFlow, TrainingInput, FileSystemInput, Estimator.deploy and Model.deploy of
 * version 2, and ModelTrainer of version 3; `value` is what was given. What has no prop says what takes its place.
 */
const TRANSLATIONS: Readonly<Record<string, (value: unknown) => string>> = {
  max_run: (value) => `maxRuntime: ${seconds(value)}`,
  max_wait: (value) => `maxWait: ${seconds(value)}`,
  use_spot_instances: (value) => `spot: ${value}`,
  train_use_spot_instances: (value) => `spot: ${value}`,
  keep_alive_period_in_seconds: () =>
    'nothing: an instance that waits for the next job costs as much as one that trains, and would outlive a destroy',
  checkpoint_s3_uri: OWN_CHECKPOINTS,
  checkpoint_local_path: () => 'checkpoints: true, for which the path is /opt/ml/checkpoints',
  train_instance_type: (value) => `instanceType: '${value}'`,
  train_instance_count: (value) => `instanceCount: ${value}`,
  framework_version: (value) => `framework: Framework.tensorflow('${value}')`,
  py_version: () => 'nothing: the version of `framework` has one',
  image_uri: OWN_IMAGE,
  inputs: S3_CHANNELS,
  model_uri: (value) =>
    `channels: { model: Channel.fromS3('${text(value, 's3://…')}', { contentType: 'application/x-sagemaker-model', inputMode: 'File' }) }`,
  model_channel_name: () => "channels, by a name of your own, and Channel.fromS3('s3://…/model.tar.gz')",
  subnets: () => 'vpc and vpcSubnets',
  security_group_ids: () => 'vpc and securityGroups',
  output_path: OWN_BUCKET,
  code_location: () => 'nothing: the script lies among the assets of the CDK, named by its contents',
  output_kms_key: () => 'kmsKey of the project',
  volume_kms_key: () => 'kmsKey of the project',
  disable_output_compression: () =>
    'nothing: what serves a model here, on AWS and on this machine, takes it as one archive',
  base_job_name: () => "nothing: the project's name is what the names of its jobs begin with",
  job_name: () => "nothing: a job's name is made of the project's and of what it trains",
  sagemaker_session: () => "nothing: the stack's account and region, and the CDK's credentials",
  tags: () => "Tags.of(project).add('KEY', 'VALUE') below the project",
  git_config: () =>
    'sourceDir: a directory of a checkout (`git clone --branch …`, or a submodule), since a synthesis reaches no network',
  enable_sagemaker_metrics: () => 'nothing: SageMaker keeps the metrics of every script',
  rules: () =>
    'minimumMetrics, a gate; rules of the debugger want its library, which the newer images have not',
  debugger_hook_config: () =>
    'tensorBoardOutput, or metricDefinitions; the debugger wants its library, which the newer images have not',
  tensorboard_output_config: () => 'tensorBoardOutput: {}',
  profiler_config: () => 'profiler: { systemMonitorInterval: Duration.millis(500) }',
  disable_profiler: () => 'nothing: the profiler is off without `profiler`',
  instance_groups: () =>
    'instanceType and instanceCount: one kind of instances has one price, one image and one budget',
  instance_placement_config: () => 'nothing: UltraServers alone have it, for which no image here is made',
  training_repository_access_mode: OUT_OF_ECR,
  training_repository_credentials_provider_arn: OUT_OF_ECR,
  enable_session_tag_chaining: () => 'nothing: the function that starts the job has a session without tags',
  experiment_config: () =>
    "nothing: the records of Experiments outlive a destroy; the job's own record has its parameters and metrics",
  model_dir: () => "nothing: the script's model is what it writes to SM_MODEL_DIR",
  compiler_config: () => 'nothing: the Training Compiler is in none of the newer images',
  wait: () => 'nothing: the stack waits for the job',
  logs: () => 'nothing: npm run watch shows them',
  s3_data: () => "Channel.fromS3('s3://…')",
  s3_data_type: () =>
    'Channel.fromS3, Channel.fromManifest or Channel.fromAugmentedManifest, each with a URI',
  compression: (value) => `compressionType: '${text(value, 'Gzip')}'`,
  record_wrapping: (value) => `recordWrapperType: '${text(value, 'RecordIO')}'`,
  shuffle_config: () => 'shuffleSeed: 42',
  target_attribute_name: () => 'nothing: jobs of AutoML alone read it',
  hub_access_config: () =>
    "nothing: models of JumpStart's private hubs have no channel here; copy them to S3",
  model_access_config: () => 'nothing: models of JumpStart have no channel here; copy them to S3',
  serializer: () => 'nothing: a request is bytes with a content type, and npm run invoke makes them of files',
  deserializer: () => 'nothing: an answer is bytes with a content type',
  accelerator_type: () => 'nothing: AWS has ended Elastic Inference',
  kms_key: () => 'kmsKey of the project',
  async_inference_config: () => 'hosting: Hosting.async({ … })',
  serverless_inference_config: () => 'hosting: Hosting.serverless({ … })',
  inference_recommendation_id: () =>
    'instanceType and environment, as the recommendation has them: it is a record of one account',
  explainer_config: () =>
    'nothing: each explanation is hundreds of predictions of the same endpoint; a processing job of Clarify makes them of captured data',
  accept_eula: () => 'nothing: models of JumpStart have no endpoint here',
  model_reference_arn: () => "nothing: models of JumpStart's hubs have no endpoint here",
  endpoint_logging: () =>
    'nothing: the log group of the endpoint has what its container says while it starts',
  resources: ONE_MODEL,
  endpoint_type: ONE_MODEL,
  managed_instance_scaling: ONE_MODEL,
  inference_component_name: ONE_MODEL,
  update_endpoint: () => 'nothing: a deploy updates the endpoint in place, by blue/green',
  model_name: () => 'nothing: CloudFormation names a model, so that another can take its place',
  use_compiled_model: () => 'ModelSource.fromS3, with what Neo compiled, and an image of your own',
  memory_size_in_mb: (value) => `memorySize: Size.mebibytes(${value})`,
  env: () => 'environment: { … }',
  training_input_mode: (value) => `inputMode: '${text(value, 'File')}'`,
  training_mode: () => 'nothing: npm run local trains on this machine, and a deploy on SageMaker',
  input_s3_key_prefix: () => "nothing: data lies in the project's bucket by channel and contents",
  source_code: () => 'sourceDir and entryPoint, whose requirements.txt is installed',
  distributed: () => 'distribution: Distribution.torchDistributed(), or another',
  compute: () => 'instanceType, instanceCount, volumeSize, spot and trainingPlan',
  networking: () =>
    'vpc, vpcSubnets, securityGroups, enableNetworkIsolation and encryptInterContainerTraffic',
  stopping_condition: () => 'maxRuntime, maxWait and maxPendingTime',
  training_image: OWN_IMAGE,
  training_image_config: OUT_OF_ECR,
  algorithm_name: () =>
    "algorithm: Algorithm.xgboost() or another of SageMaker's own; those of the Marketplace have no image to name",
  output_data_config: OWN_BUCKET,
  input_data_config: S3_CHANNELS,
  checkpoint_config: OWN_CHECKPOINTS,
  local_container_root: () => 'nothing: npm run local -- --out DIR',
  model_package_config: () => 'nothing: a model is served, and registered nowhere',
  endpoint_name: () => "nothing: the project's name is the endpoint's",
  volume_size_in_gb: (value) => `volumeSize: Size.gibibytes(${value})`,
};

/** What takes the place of one of the SDK's names, in snake or camel case; undefined if it is none, or the same but for its spelling. */
export function sdkTranslation(name: string, value: unknown): string | undefined {
  const snake = name.replaceAll(/[A-Z]+/g, (part) => `_${part.toLowerCase()}`);
  return TRANSLATIONS[snake]?.(value);
}

function seconds(value: unknown): string {
  return typeof value === 'number' ? `Duration.seconds(${value})` : 'Duration.hours(1), or another Duration';
}

/** A text as it was given, or what stands for one. */
function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
