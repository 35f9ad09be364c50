import {
  DescribeTrainingJobCommand,
  paginateListTrainingJobs,
  SageMakerClient,
  type TrainingJobSummary,
} from '@aws-sdk/client-sagemaker';
import { trainingRunCost } from '../../../cost/training-run-cost';
import { each, type Finder, type Search } from '../finder';
import { unknownHourlyCost } from '../hourly-cost';
import { awsCommand } from '../removal';

/** Those that cost: the record of a job that has ended is free, and CloudFormation may keep it. */
const THAT_COST = ['InProgress', 'Stopping'] as const;

/** Training jobs that run: by the hour for each instance. */
export const trainingJobs: Finder = {
  type: 'AWS::SageMaker::TrainingJob',
  what: 'training jobs',
  arns: /^sagemaker:training-job\//,
  async *list(search) {
    const client = search.client(SageMakerClient);
    for (const StatusEquals of THAT_COST) {
      const pages = paginateListTrainingJobs({ client }, { StatusEquals }, search.options);
      for await (const job of each(pages, ({ TrainingJobSummaries }) => TrainingJobSummaries)) {
        yield {
          name: job.TrainingJobName!,
          arn: job.TrainingJobArn,
          isNamed: search.names.isTrainingJob(job.TrainingJobName!),
          removal: removal(job, search.region),
          describe: () => describe(job, search),
        };
      }
    }
  },
};

function removal(job: TrainingJobSummary, region: string): string[] {
  return job.TrainingJobStatus === 'Stopping'
    ? []
    : [awsCommand(region, 'sagemaker stop-training-job', { 'training-job-name': job.TrainingJobName! })];
}

async function describe({ TrainingJobName, TrainingJobStatus }: TrainingJobSummary, search: Search) {
  const command = new DescribeTrainingJobCommand({ TrainingJobName });
  const request = await search.see(`instances of the training job ${TrainingJobName}`, () =>
    search.client(SageMakerClient).send(command, search.options),
  );
  if (!request) {
    return { detail: `${TrainingJobStatus}`, cost: unknownHourlyCost('its instances cannot be seen') };
  }
  const { instances, perHour, unknown } = trainingRunCost({ ...request }, search.region);
  const what = instances.map(({ instanceCount, instanceType }) => `${instanceCount} × ${instanceType}`);
  return { detail: [TrainingJobStatus, ...what].join(', '), cost: { perHour, unknown } };
}
