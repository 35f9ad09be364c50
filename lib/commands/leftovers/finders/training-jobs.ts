import {
  DescribeTrainingJobCommand,
  paginateListTrainingJobs,
  type ListTrainingJobsRequest,
  SageMakerClient,
  type TrainingJobSummary,
} from '@aws-sdk/client-sagemaker';
import { trainingRunCost } from '../../../cost/training-run-cost';
import { isGone } from '../failure';
import type { Finder, Search } from '../finder';
import { unknownHourlyCost } from '../hourly-cost';
import type { HourlyCost } from '../leftover';
import { awsCommand } from '../removal';

/** Those that cost: the record of a job that has ended is free, and CloudFormation may keep it. */
const THAT_COST: readonly ListTrainingJobsRequest[] = [
  { StatusEquals: 'InProgress' },
  { StatusEquals: 'Stopping' },
];

/** Training jobs that run: by the hour for each instance. */
export const trainingJobs: Finder = {
  what: 'training jobs',
  arns: /^sagemaker:training-job\//,
  async *find(search) {
    const client = search.client(SageMakerClient);
    const seen = new Set<string>();
    for (const request of THAT_COST) {
      for await (const page of paginateListTrainingJobs({ client }, request, search.options)) {
        for (const job of page.TrainingJobSummaries ?? []) {
          const name = job.TrainingJobName!;
          const own = search.owned.recognise({
            type: 'AWS::SageMaker::TrainingJob',
            name,
            arn: job.TrainingJobArn,
            isNamed: search.names.isTrainingJob(name),
            removal: removal(job, search.region),
          });
          if (own && !seen.has(name)) {
            seen.add(name);
            yield {
              type: 'AWS::SageMaker::TrainingJob',
              name,
              arn: job.TrainingJobArn,
              ...own,
              ...(await described(job, search)),
            };
          }
        }
      }
    }
  },
};

function removal(job: TrainingJobSummary, region: string): string[] {
  return job.TrainingJobStatus === 'Stopping'
    ? []
    : [awsCommand(region, 'sagemaker stop-training-job', { 'training-job-name': job.TrainingJobName! })];
}

async function described(
  job: TrainingJobSummary,
  search: Search,
): Promise<{ detail: string; cost: HourlyCost }> {
  const name = job.TrainingJobName!;
  const status = `${job.TrainingJobStatus}`;
  try {
    const request = await search
      .client(SageMakerClient)
      .send(new DescribeTrainingJobCommand({ TrainingJobName: name }), search.options);
    const { instances, perHour, unknown } = trainingRunCost({ ...request }, search.region);
    const what = instances.map(({ instanceCount, instanceType }) => `${instanceCount} × ${instanceType}`);
    return { detail: [status, ...what].join(', '), cost: { perHour, unknown } };
  } catch (error) {
    if (!isGone(error)) {
      search.cannotSee(`instances of the training job ${name}`, error);
    }
    return { detail: status, cost: unknownHourlyCost('its instances cannot be seen') };
  }
}
