import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TrainingJob, type TrainingJobProps } from '../training/training-job';

/** What lives as long as its model is wanted. */
export interface TrainingStackProps extends StackProps {
  readonly trainingJob: TrainingJobProps;
}

/** The training job and its role. */
export class TrainingStack extends Stack {
  public readonly trainingJob: TrainingJob;

  public constructor(scope: Construct, id: string, props: TrainingStackProps) {
    super(scope, id, props);
    const job = new TrainingJob(this, 'TrainingJob', props.trainingJob);
    this.trainingJob = job;
    new CfnOutput(this, 'TrainingJobName', { value: job.trainingJobName });
    new CfnOutput(this, 'Watch', {
      value: `npm run watch -- ${job.trainingJobName}`,
      description: 'Follows the training job, and shows how it went',
    });
    new CfnOutput(this, 'ModelDataUrl', { value: job.modelDataUrl, description: 'The trained model' });
  }
}
