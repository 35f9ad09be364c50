import {
  DescribeTrainingJobCommand,
  paginateListTrainingJobs,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { trainingRunCost } from '../../../cost/training-run-cost';
import { each, type Finder, type Search } from '../finder';

/** Those that cost: the record of a job that has ended is free, and CloudFormation may keep it. */
const THAT_COST = ['InProgress', 'Stopping'] as const;

/** Training jobs that run: by the hour for each instance. */
export const trainingJobs: Finder = {
  type: 'AWS::SageMaker::TrainingJob',
  what: 'training jobs',
  arns: /^sagemaker:training-job\//,
  remove: ['sagemaker stop-training-job', 'training-job-name'],
  async *list(search) {
    const client = search.client(SageMakerClient);
    for (const StatusEquals of THAT_COST) {
      const pages = paginateListTrainingJobs({ client }, { StatusEquals }, search.options);
      for await (const job of each(pages, ({ TrainingJobSummaries }) => TrainingJobSummaries)) {
        const name = job.TrainingJobName!;
        yield {
          name,
          arn: job.TrainingJobArn,
          isNamed: search.names.isTrainingJob(name),
          detail: StatusEquals,
          ...(StatusEquals === 'Stopping' ? { removal: [] } : {}),
          describe: () => describe(name, search),
        };
      }
    }
  },
};

async function describe(TrainingJobName: string, { client, options, region }: Search) {
  const command = new DescribeTrainingJobCommand({ TrainingJobName });
  const request = await client(SageMakerClient).send(command, options);
  const { instances, perHour, unknown } = trainingRunCost({ ...request }, region);
  return { detail: [request.TrainingJobStatus, ...instances].join(', '), cost: { perHour, unknown } };
}
