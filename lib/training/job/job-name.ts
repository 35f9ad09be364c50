import { createHash } from 'node:crypto';
import { ATTEMPT_HASH_LENGTH, projectOfTrainingJob, trainingJobNameOf } from '../../names';
import { TrainingJobAttribute, TrainingJobProperty } from '../training-job-contract';
import type { TrainingJobProperties } from './training-job-properties';

/**
 * The name of the job that answers to one wait condition handle: at most 63 characters.
 *
 * A handle's URL is new whenever the handle is, and the handle is new whenever the request is. So a repeated delivery
 * and a rollback to the former request find their own job, another attempt gets another name, and an event tells
 * by its job's name whether it is meant for this handle.
 */
export function trainingJobName(
  properties: Pick<TrainingJobProperties, 'TrainingJobNamePrefix' | 'WaitConditionHandle'>,
): string {
  for (const key of [TrainingJobProperty.NAME_PREFIX, TrainingJobProperty.WAIT_CONDITION_HANDLE]) {
    if (!properties[key]) {
      throw new Error(`the training job has no ${key}: it names the job and is required`);
    }
  }
  const handle = createHash('sha256')
    .update(properties[TrainingJobProperty.WAIT_CONDITION_HANDLE])
    .digest('hex');
  return trainingJobNameOf(properties[TrainingJobProperty.NAME_PREFIX], handle.slice(0, ATTEMPT_HASH_LENGTH));
}

/** Whether a physical id was made by trainingJobName, and not by CloudFormation for a resource that never answered. */
export function isTrainingJobName(physicalResourceId: string | undefined): physicalResourceId is string {
  return projectOfTrainingJob(physicalResourceId ?? '') !== undefined;
}

/** The job's ARN, in the partition, region and account of the stack. SageMaker puts names into ARNs in lower case. */
export function trainingJobArn(stackId: string, jobName: string): string {
  const [, partition, , region, account] = stackId.split(':');
  return `arn:${partition}:sagemaker:${region}:${account}:training-job/${jobName.toLowerCase()}`;
}

/** The custom resource's attributes. They follow from the properties and the job alone, so every repeated answer is the same. */
export function trainingJobAttributes(
  properties: Pick<TrainingJobProperties, 'OutputDataConfig'>,
  jobName: string,
  stackId: string,
): Record<string, string> {
  const output = String(properties.OutputDataConfig?.S3OutputPath ?? '').replace(/\/+$/, '');
  return {
    [TrainingJobAttribute.NAME]: jobName,
    [TrainingJobAttribute.ARN]: trainingJobArn(stackId, jobName),
    [TrainingJobAttribute.MODEL_DATA_URL]: `${output}/${jobName}/output/model.tar.gz`,
  };
}
