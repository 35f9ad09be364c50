import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { TrainingJobProperty } from '../training-job-contract';
import { trainingJobName } from './job-name';
import { withRequestTypes } from './request-types';
import type { PropertyValue, TrainingJobProperties } from './training-job-properties';

/** What CloudFormation and we add to CreateTrainingJob's own fields. */
const OTHER_PROPERTIES: ReadonlySet<string> = new Set([
  'ServiceToken',
  'ServiceTimeout',
  ...Object.values(TrainingJobProperty),
]);

/**
 * The request for a custom resource's properties: typed, named, and with the name among the hyperparameters
 * (`sagemaker_job_name`, JSON as the SageMaker SDK sends it), where the training toolkit reads it.
 */
export function createRequest(properties: TrainingJobProperties): CreateTrainingJobRequest {
  const TrainingJobName = trainingJobName(properties);
  const fields = Object.fromEntries(Object.entries(properties).filter(([key]) => !OTHER_PROPERTIES.has(key)));
  const request = withRequestTypes(fields as Record<string, PropertyValue>) as CreateTrainingJobRequest;
  return {
    ...request,
    TrainingJobName,
    HyperParameters: { ...request.HyperParameters, sagemaker_job_name: JSON.stringify(TrainingJobName) },
  };
}
