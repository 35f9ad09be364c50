import { type PythonMap, pythonStr, pythonTruth, type PythonValue, toPythonJson } from './python-values';
import type { ResourceConfig } from './training-config';

/** Whether an image has the TensorFlow toolkit on top of the general one; any registry, tag or digest. */
export function isTensorflowImage(image: string | undefined): boolean {
  return /(^|\/)tensorflow-training[:@]/.test(image ?? '');
}

/** S3_REGION. The toolkit asks S3 where `model_dir`'s bucket is; here it is taken to be in the job's own region. */
export function s3Region(jobRegion: string): string {
  return jobRegion;
}

/** `model_dir` of a tuning job: each of its training jobs gets a folder of its own, except below /opt/ml. */
export function modelDirWithTrainingJob(modelDir: PythonValue, trainingJobName: string): string {
  const text = pythonStr(modelDir);
  return text.startsWith('/opt/ml') ? text : `${text}/${trainingJobName}/model`;
}

interface Cluster {
  readonly framework: PythonMap;
  readonly resource: ResourceConfig;
  readonly distributionGroups: readonly string[];
  readonly distributionHosts: readonly string[];
}

/**
 * TF_CONFIG, where the job's distribution needs one.
 * Source: `training.py` of sagemaker-tensorflow-training 20.4.
 */
export function tensorflowConfig(cluster: Cluster): { TF_CONFIG?: string } {
  const { framework, resource, distributionGroups, distributionHosts: hosts } = cluster;
  if (!distributionGroups.includes(resource.current_group_name)) {
    return {};
  }
  if (pythonTruth(framework.get('sagemaker_parameter_server_enabled')) && resource.hosts.length > 1) {
    return { TF_CONFIG: toPythonJson(parameterServerConfig(hosts, resource.current_host)) };
  }
  if (pythonTruth(framework.get('sagemaker_multi_worker_mirrored_strategy_enabled'))) {
    return { TF_CONFIG: toPythonJson(mirroredStrategyConfig(hosts, resource.current_host)) };
  }
  return {};
}

function mirroredStrategyConfig(hosts: readonly string[], currentHost: string): PythonMap {
  return new Map<string, PythonValue>([
    ['cluster', new Map([['worker', addresses(hosts, 8890)]])],
    ['environment', 'cloud'],
    ['task', task('worker', hosts.indexOf(currentHost))],
  ]);
}

/** The first host is the master, the others are workers, and each has a parameter server too. */
function parameterServerConfig(hosts: readonly string[], currentHost: string): PythonMap {
  const [master, ...workers] = hosts;
  const cluster: PythonMap = new Map([['master', addresses([master!], 2222)]]);
  if (workers.length > 0) {
    cluster.set('ps', addresses(hosts, 2223));
    cluster.set('worker', addresses(workers, 2222));
  }
  return new Map<string, PythonValue>([
    ['cluster', cluster],
    ['environment', 'cloud'],
    ['task', currentHost === master ? task('master', 0) : task('worker', workers.indexOf(currentHost))],
  ]);
}

function addresses(hosts: readonly string[], port: number): string[] {
  return hosts.map((host) => `${host}:${port}`);
}

function task(type: string, index: number): PythonMap {
  return new Map<string, PythonValue>([
    ['index', BigInt(index)],
    ['type', type],
  ]);
}
