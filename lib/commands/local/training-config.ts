import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { sortedByCodePoint } from './python-values';

/** One instance group of a training cluster. */
export interface InstanceGroupConfig {
  readonly instance_group_name: string;
  readonly instance_type: string;
  readonly hosts: readonly string[];
}

/** What resourceconfig.json says. */
export interface ResourceConfig {
  readonly current_host: string;
  readonly current_instance_type: string;
  readonly current_group_name: string;
  readonly hosts: readonly string[];
  readonly instance_groups: readonly InstanceGroupConfig[];
  readonly network_interface_name: string;
}

/** The three files that SageMaker writes into input/config before the container starts, as their values. */
export interface TrainingConfigFiles {
  readonly hyperparameters: Record<string, string>;
  readonly inputdataconfig: Record<string, Record<string, string>>;
  readonly resourceconfig: ResourceConfig;
}

/**
 * The input/config files of one host of a training job.
 * `hostIndex` counts from 0, over all instance groups in their order: host 0 is `algo-1`.
 */
export function trainingConfigFiles(
  request: CreateTrainingJobRequest,
  hostIndex: number,
): TrainingConfigFiles {
  return {
    hyperparameters: request.HyperParameters ?? {},
    inputdataconfig: inputDataConfig(request),
    resourceconfig: resourceConfig(request, hostIndex),
  };
}

function inputDataConfig(request: CreateTrainingJobRequest): Record<string, Record<string, string>> {
  return Object.fromEntries(
    (request.InputDataConfig ?? []).map((channel) => {
      const distribution = channel.DataSource?.S3DataSource && {
        S3DistributionType: channel.DataSource.S3DataSource.S3DataDistributionType ?? 'FullyReplicated',
      };
      return [
        channel.ChannelName,
        {
          ...(channel.ContentType && { ContentType: channel.ContentType }),
          TrainingInputMode: channel.InputMode ?? request.AlgorithmSpecification?.TrainingInputMode ?? 'File',
          ...distribution,
          RecordWrapperType: channel.RecordWrapperType ?? 'None',
        },
      ];
    }),
  );
}

function resourceConfig(request: CreateTrainingJobRequest, hostIndex: number): ResourceConfig {
  const groups = request.ResourceConfig?.InstanceGroups ?? [
    {
      InstanceGroupName: 'homogeneousCluster',
      InstanceType: request.ResourceConfig?.InstanceType,
      InstanceCount: request.ResourceConfig?.InstanceCount,
    },
  ];
  let count = 0;
  const instanceGroups = groups.map((group) => {
    const hosts = Array.from({ length: group.InstanceCount ?? 1 }, () => `algo-${++count}`);
    return {
      instance_group_name: group.InstanceGroupName ?? '',
      instance_type: group.InstanceType ?? '',
      hosts: sortedByCodePoint(hosts),
    };
  });
  const host = `algo-${hostIndex + 1}`;
  const group = instanceGroups.find(({ hosts }) => hosts.includes(host));
  if (!group) {
    throw new RangeError(`host index ${hostIndex} is outside the job's ${count} instances`);
  }
  return {
    current_host: host,
    current_instance_type: group.instance_type,
    current_group_name: group.instance_group_name,
    // "sorted lexicographically": algo-10 comes before algo-2.
    hosts: sortedByCodePoint(instanceGroups.flatMap(({ hosts }) => hosts)),
    instance_groups: instanceGroups,
    network_interface_name: 'eth0',
  };
}
