/**
 * What the SageMaker Python SDK's names are here, where they differ by more than their spelling.
 * Sources: sagemaker.estimator.EstimatorBase, Estimator.deploy and Model.deploy of version 2; `value` is what was given.
 */
const TRANSLATIONS: Readonly<Record<string, (value: unknown) => string>> = {
  max_run: (value) => `maxRuntime: ${seconds(value)}`,
  max_wait: (value) => `maxWait: ${seconds(value)}`,
  use_spot_instances: (value) => `spot: ${value}`,
  train_use_spot_instances: (value) => `spot: ${value}`,
  checkpoint_s3_uri: () => "checkpoints: true, which keeps them in the project's bucket",
  checkpoint_local_path: () => 'checkpoints: true, for which the path is /opt/ml/checkpoints',
  train_instance_type: (value) => `instanceType: '${value}'`,
  train_instance_count: (value) => `instanceCount: ${value}`,
  framework_version: (value) => `framework: Framework.tensorflow('${value}')`,
  py_version: () => 'nothing: the version of `framework` has one',
  inputs: () => "channels: { training: Channel.fromS3('s3://…') }",
  subnets: () => 'vpc and vpcSubnets',
  security_group_ids: () => 'vpc and securityGroups',
  memory_size_in_mb: (value) => `memorySize: Size.mebibytes(${value})`,
  env: () => 'environment: { … }',
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
