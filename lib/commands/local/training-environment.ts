import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import {
  parsePythonJson,
  type PythonMap,
  pythonStr,
  pythonTruth,
  type PythonValue,
  toPythonJson,
} from './python-values';
import {
  isTensorflowImage,
  modelDirWithTrainingJob,
  s3Region,
  tensorflowConfig,
} from './tensorflow-environment';
import { toCommandArguments, toEnvironmentVariables } from './toolkit-mapping';
import { trainingConfigFiles, type TrainingConfigFiles } from './training-config';

/** What the environment of a training container depends on besides its job. */
export interface TrainingEnvironmentOptions {
  readonly request: CreateTrainingJobRequest;
  /** Counts from 0: host 0 is `algo-1`. */
  readonly hostIndex: number;
  /** What /opt/ml is here; absolute, without a slash at its end. */
  readonly baseDirectory: string;
  readonly cpus: number;
  readonly gpus: number;
  /** The job's region, such as `eu-west-1`. */
  readonly region: string;
  /** The job's ARN. */
  readonly trainingJobArn: string;
}

/** What a training container's entry point gets. */
export interface TrainingEnvironment {
  readonly configFiles: TrainingConfigFiles;
  /** The container's and the toolkit's variables, complete but for PATH and its like. */
  readonly environment: Record<string, string>;
  /** Path of the script, relative to the working directory. */
  readonly entryPoint: string;
  /** The script's arguments. */
  readonly arguments: string[];
  /** /opt/ml/code: the script's working directory. */
  readonly codeDirectory: string;
}

/** Hyperparameters that the toolkit keeps for itself without their names beginning with `sagemaker_`. */
export const TOOLKIT_HYPERPARAMETERS: readonly string[] = [
  'default_user_module_name',
  '_tuning_objective_metric',
];

/** Hyperparameters for the toolkit and its frameworks begin so; they never reach the script's arguments. */
export const SAGEMAKER_PREFIX = 'sagemaker_';

/** Known to the toolkit itself; the others with the prefix are for its frameworks (SM_FRAMEWORK_PARAMS). */
const KNOWN_SAGEMAKER_HYPERPARAMETERS: readonly string[] = [
  'sagemaker_program',
  'sagemaker_submit_directory',
  'sagemaker_enable_cloudwatch_metrics',
  'sagemaker_region',
  'sagemaker_container_log_level',
  'sagemaker_job_name',
  'sagemaker_s3_output',
  ...TOOLKIT_HYPERPARAMETERS,
];

/** Each of these makes the current instance group a group of the distribution. */
const DISTRIBUTION_SWITCHES = [
  'sagemaker_mpi_enabled',
  'sagemaker_parameter_server_enabled',
  'sagemaker_distributed_dataparallel_enabled',
  'sagemaker_pytorch_ddp_enabled',
  'sagemaker_pytorch_xla_multi_worker_enabled',
  'sagemaker_multi_worker_mirrored_strategy_enabled',
  'sagemaker_torch_distributed_enabled',
];

/**
 * Environment and arguments that the official toolkit gives to an entry point, computed from the job's request alone.
 * Source: `environment.py`, `mapping.py` and `entry_point.py` of sagemaker-training 5.1, which the tests run beside it.
 */
export function trainingEnvironment(options: TrainingEnvironmentOptions): TrainingEnvironment {
  const { request, baseDirectory } = options;
  const configFiles = trainingConfigFiles(request, options.hostIndex);
  const container: Record<string, string> = {
    ...request.Environment,
    AWS_REGION: options.region,
    TRAINING_JOB_NAME: request.TrainingJobName ?? '',
    TRAINING_JOB_ARN: options.trainingJobArn,
  };
  const tensorflow = isTensorflowImage(request.AlgorithmSpecification?.TrainingImage);
  if (tensorflow) {
    container.SAGEMAKER_TRAINING_MODULE = 'sagemaker_tensorflow_container.training:main';
  }

  const { hyperparameters, sagemaker, framework } = splitHyperparameters(configFiles.hyperparameters);
  if (tensorflow && sagemaker.has('_tuning_objective_metric')) {
    hyperparameters.set(
      'model_dir',
      modelDirWithTrainingJob(hyperparameters.get('model_dir') ?? null, container.TRAINING_JOB_NAME!),
    );
  }
  const codeDirectory = `${baseDirectory}/code`;
  const userArguments = toCommandArguments(hyperparameters);
  const resource = configFiles.resourceconfig;
  const groups = resource.instance_groups;
  const distributionGroups = distributionInstanceGroups(framework, resource.current_group_name);
  const distributionHosts = groups
    .filter((group) => distributionGroups.includes(group.instance_group_name))
    .flatMap((group) => group.hosts);
  const entryPoint = container.SAGEMAKER_PROGRAM ?? sagemaker.get('sagemaker_program') ?? null;
  const moduleName = container.SAGEMAKER_PROGRAM ?? pythonStr(sagemaker.get('sagemaker_program') ?? null);
  const channels = Object.keys(configFiles.inputdataconfig);
  const channelDirectories = channels.map((channel): [string, string] => [
    channel,
    `${baseDirectory}/input/data/${channel}`,
  ]);
  const masterHost = distributionHosts[0] ?? resource.hosts[0]!;
  const modelParallel = container.SM_HP_MP_PARAMETERS;

  // Both in SM_TRAINING_ENV and, in upper case, as a variable each.
  const shared: Record<string, PythonValue> = {
    hosts: toPython(resource.hosts),
    network_interface_name: resource.network_interface_name,
    user_entry_point: entryPoint,
    resource_config: toPython(resource),
    input_data_config: toPython(configFiles.inputdataconfig),
    output_data_dir: `${baseDirectory}/output/data`,
    current_host: resource.current_host,
    current_instance_type: resource.current_instance_type,
    current_instance_group: resource.current_group_name,
    current_instance_group_hosts: toPython(
      groups.find((group) => group.instance_group_name === resource.current_group_name)!.hosts,
    ),
    instance_groups: groups.map((group) => group.instance_group_name),
    instance_groups_dict: new Map(groups.map((group) => [group.instance_group_name, toPython(group)])),
    distribution_instance_groups: distributionGroups,
    is_hetero: groups.length > 1,
    module_name: moduleName.endsWith('.py') ? moduleName.slice(0, -3) : moduleName,
    log_level: sagemaker.get('sagemaker_container_log_level') ?? 20n,
    framework_module: container.SAGEMAKER_TRAINING_MODULE ?? null,
    input_dir: `${baseDirectory}/input`,
    input_config_dir: `${baseDirectory}/input/config`,
    output_dir: `${baseDirectory}/output`,
    num_cpus: BigInt(options.cpus),
    num_gpus: BigInt(options.gpus),
    num_neurons: 0n,
    model_dir: `${baseDirectory}/model`,
    module_dir: pythonStr(sagemaker.get('sagemaker_submit_directory') ?? codeDirectory),
    output_intermediate_dir: `${baseDirectory}/output/intermediate`,
  };
  const trainingEnv: Record<string, PythonValue> = {
    ...shared,
    additional_framework_parameters: framework,
    channel_input_dirs: new Map(channelDirectories),
    distribution_hosts: [...distributionHosts],
    hyperparameters,
    is_master: resource.current_host === masterHost,
    is_modelparallel_enabled: modelParallel ? modelParallel !== '{}' : (modelParallel ?? null),
    is_smddpmprun_installed: false,
    is_smddprun_installed: false,
    job_name: container.TRAINING_JOB_NAME!,
    master_hostname: masterHost,
    topology: [],
  };
  const region = sagemaker.get('sagemaker_region') ?? container.AWS_DEFAULT_REGION ?? '';

  return {
    configFiles,
    environment: {
      ...container,
      SAGEMAKER_BASE_DIR: baseDirectory,
      SAGEMAKER_JOB_NAME: pythonStr(sagemaker.get('sagemaker_job_name') ?? ''),
      SAGEMAKER_REGION: pythonStr(region),
      CURRENT_HOST: resource.current_host,
      ...(tensorflow && {
        S3_REGION: s3Region(pythonStr(region)),
        S3_USE_HTTPS: '1',
        TF_CPP_MIN_LOG_LEVEL: '1',
      }),
      ...toEnvironmentVariables([
        ...Object.entries(shared),
        ['hps', hyperparameters],
        ['framework_params', framework],
        ['channels', channels.toSorted()],
        ['training_env', new Map(Object.entries(trainingEnv))],
        ['user_args', userArguments],
        ...channelDirectories.map(([channel, path]): [string, string] => [`channel_${channel}`, path]),
        ...[...hyperparameters].map(([name, value]): [string, PythonValue] => [`hp_${name}`, value]),
      ]),
      ...(tensorflow && tensorflowConfig({ framework, resource, distributionGroups, distributionHosts })),
      PYTHONPATH: codeDirectory,
    },
    entryPoint: pythonStr(entryPoint ?? ''),
    arguments: userArguments,
    codeDirectory,
  };
}

interface SplitHyperparameters {
  /** The script's own. */
  readonly hyperparameters: PythonMap;
  /** All that the toolkit keeps. */
  readonly sagemaker: PythonMap;
  /** Of these, the ones for its frameworks. */
  readonly framework: PythonMap;
}

function splitHyperparameters(encoded: Record<string, string>): SplitHyperparameters {
  const hyperparameters: PythonMap = new Map();
  const sagemaker: PythonMap = new Map();
  const framework: PythonMap = new Map();
  for (const [name, text] of Object.entries(encoded)) {
    const value = decodeHyperparameter(text);
    const known = KNOWN_SAGEMAKER_HYPERPARAMETERS.includes(name);
    if (!known && !name.startsWith(SAGEMAKER_PREFIX)) {
      hyperparameters.set(name, value);
      continue;
    }
    sagemaker.set(name, value);
    if (!known) {
      framework.set(name, value);
    }
  }
  return { hyperparameters, sagemaker, framework };
}

/** A hyperparameter's value as the toolkit reads it: JSON, or else the text itself. */
export function decodeHyperparameter(text: string): PythonValue {
  try {
    return parsePythonJson(text);
  } catch {
    return text;
  }
}

function distributionInstanceGroups(framework: PythonMap, currentGroup: string): string[] {
  const named = framework.get('sagemaker_distribution_instance_groups');
  if (Array.isArray(named)) {
    return named.map(pythonStr);
  }
  return DISTRIBUTION_SWITCHES.some((name) => pythonTruth(framework.get(name))) ? [currentGroup] : [];
}

function toPython(value: unknown): PythonValue {
  return parsePythonJson(JSON.stringify(value));
}

/** The text of an input/config file. */
export function configFileText(content: object): string {
  return toPythonJson(toPython(content));
}
