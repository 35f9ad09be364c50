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
  { WarmPoolStatusEquals: 'Available' },
  { WarmPoolStatusEquals: 'InUse' },
];

/** Training jobs that run, and warm pools: by the hour for each instance. */
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
  const name = { 'training-job-name': job.TrainingJobName! };
  switch (job.TrainingJobStatus) {
    case 'InProgress':
      return [awsCommand(region, 'sagemaker stop-training-job', name)];
    case 'Stopping':
      return [];
    default:
      // A warm pool that is in use goes with the job that uses it.
      return [
        awsCommand(region, 'sagemaker update-training-job', {
          ...name,
          'resource-config': 'KeepAlivePeriodInSeconds=0',
        }),
      ];
  }
}

async function described(
  job: TrainingJobSummary,
  search: Search,
): Promise<{ detail: string; cost: HourlyCost }> {
  const name = job.TrainingJobName!;
  const isWarmPool = job.TrainingJobStatus !== 'InProgress' && job.TrainingJobStatus !== 'Stopping';
  const status = isWarmPool ? `warm pool ${job.WarmPoolStatus?.Status}` : `${job.TrainingJobStatus}`;
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
