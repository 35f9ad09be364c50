import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';

/** When the jobs of the tests are created. */
export const CREATED = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A time after that, by seconds. */
export function after(seconds: number): Date {
  return new Date(CREATED + seconds * 1000);
}

/** DescribeTrainingJob's answer for a job that has trained for some seconds. */
export function trainingJob(changes: Partial<DescribeTrainingJobResponse> = {}): DescribeTrainingJobResponse {
  return {
    TrainingJobName: 'unet-0123456789-01234567',
    TrainingJobArn: 'arn:aws:sagemaker:us-east-1:123456789012:training-job/unet-0123456789-01234567',
    TrainingJobStatus: 'InProgress',
    SecondaryStatus: 'Training',
    SecondaryStatusTransitions: [
      { Status: 'Starting', StartTime: after(0), StatusMessage: 'Preparing the instances' },
      { Status: 'Training', StartTime: after(60), StatusMessage: 'Training in progress.' },
    ],
    CreationTime: after(0),
    TrainingStartTime: after(30),
    ModelArtifacts: { S3ModelArtifacts: 's3://bucket/model.tar.gz' },
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      MetricDefinitions: [
        { Name: 'loss', Regex: 'loss=([0-9.]+);' },
        { Name: 'accuracy', Regex: 'accuracy=([0-9.]+);' },
      ],
    },
    ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 2 },
    StoppingCondition: { MaxRuntimeInSeconds: 7200 },
    ...changes,
  };
}

/** The same, ended. */
export function endedJob(
  status: 'Completed' | 'Failed' | 'Stopped',
  changes: Partial<DescribeTrainingJobResponse> = {},
): DescribeTrainingJobResponse {
  return trainingJob({
    TrainingJobStatus: status,
    SecondaryStatus: status,
    TrainingEndTime: after(630),
    BillableTimeInSeconds: 600,
    ...changes,
  });
}
