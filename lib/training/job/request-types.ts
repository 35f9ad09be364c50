import type { PropertyValue } from './training-job-properties';

/** CreateTrainingJob's whole numbers, by path; `[]` stands for every element of a list. */
export const NUMBER_PATHS: ReadonlySet<string> = new Set([
  'DebugRuleConfigurations[].VolumeSizeInGB',
  'InputDataConfig[].ShuffleConfig.Seed',
  'ProfilerConfig.ProfilingIntervalInMilliseconds',
  'ProfilerRuleConfigurations[].VolumeSizeInGB',
  'ResourceConfig.InstanceCount',
  'ResourceConfig.InstanceGroups[].InstanceCount',
  'ResourceConfig.InstancePlacementConfig.PlacementSpecifications[].InstanceCount',
  'ResourceConfig.InstancePreferences[].InstanceCount',
  'ResourceConfig.KeepAlivePeriodInSeconds',
  'ResourceConfig.SelectedInstanceCount',
  'ResourceConfig.VolumeSizeInGB',
  'RetryStrategy.MaximumRetryAttempts',
  'StoppingCondition.MaxPendingTimeInSeconds',
  'StoppingCondition.MaxRuntimeInSeconds',
  'StoppingCondition.MaxWaitTimeInSeconds',
]);

/** CreateTrainingJob's booleans, by path. */
export const BOOLEAN_PATHS: ReadonlySet<string> = new Set([
  'AlgorithmSpecification.EnableSageMakerMetricsTimeSeries',
  'EnableInterContainerTrafficEncryption',
  'EnableManagedSpotTraining',
  'EnableNetworkIsolation',
  'InfraCheckConfig.EnableInfraCheck',
  'InputDataConfig[].DataSource.S3DataSource.ModelAccessConfig.AcceptEula',
  'ProfilerConfig.DisableProfiler',
  'RemoteDebugConfig.EnableRemoteDebug',
  'ResourceConfig.InstancePlacementConfig.EnableMultipleJobs',
  'ServerlessJobConfig.AcceptEula',
  'SessionChainingConfig.EnableSessionTagChaining',
]);

/**
 * Gives CloudFormation's strings back the types that CreateTrainingJob has at their place; all else stays a string,
 * also a hyperparameter "true" or "20".
 *
 * @throws Error that lists every value that does not have its type
 */
export function withRequestTypes(properties: PropertyValue): unknown {
  const problems: string[] = [];
  const typed = convert(properties, '', problems);
  if (problems.length > 0) {
    throw new Error(
      `the training job's properties do not have CreateTrainingJob's types: ${problems.join('; ')}`,
    );
  }
  return typed;
}

function convert(value: unknown, path: string, problems: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => convert(element, `${path}[]`, problems));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        convert(member, path ? `${path}.${key}` : key, problems),
      ]),
    );
  }
  const text = String(value);
  if (NUMBER_PATHS.has(path)) {
    // A larger number would silently become another one.
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
      problems.push(`${path} must be a whole number of at most ${Number.MAX_SAFE_INTEGER}, not "${text}"`);
    }
    return Number(text);
  }
  if (BOOLEAN_PATHS.has(path)) {
    if (text !== 'true' && text !== 'false') {
      problems.push(`${path} must be true or false, not "${text}"`);
    }
    return text === 'true';
  }
  return text;
}
