import {
  DescribeNotebookInstanceCommand,
  paginateListNotebookInstanceLifecycleConfigs,
  paginateListNotebookInstances,
  type NotebookInstanceSummary,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { isGone } from '../failure';
import type { Finder, Search } from '../finder';
import { notebookVolumeCost, resourcesCost, unknownHourlyCost } from '../hourly-cost';
import { FREE, type HourlyCost } from '../leftover';
import { awsCommand } from '../removal';

/** Notebook instances: by the hour while they run; stopped, for their volume. */
export const notebooks: Finder = {
  what: 'notebook instances',
  arns: /^sagemaker:notebook-instance\//,
  async *find(search) {
    const client = search.client(SageMakerClient);
    for await (const page of paginateListNotebookInstances({ client }, {}, search.options)) {
      for (const notebook of page.NotebookInstances ?? []) {
        const name = notebook.NotebookInstanceName!;
        const arn = notebook.NotebookInstanceArn;
        const own = search.owned.recognise({
          type: 'AWS::SageMaker::NotebookInstance',
          name,
          arn,
          isNamed: search.names.isOwn(name),
          removal: removal(notebook, search.region),
        });
        if (own) {
          yield {
            type: 'AWS::SageMaker::NotebookInstance',
            name,
            arn,
            ...own,
            detail: `${notebook.NotebookInstanceStatus}, ${notebook.InstanceType}`,
            cost: await cost(notebook, search),
          };
        }
      }
    }
  },
};

/** Lifecycle configurations of notebook instances: free. */
export const lifecycleConfigs: Finder = {
  what: 'notebook lifecycle configurations',
  arns: /^sagemaker:notebook-instance-lifecycle-config\//,
  async *find(search) {
    const client = search.client(SageMakerClient);
    const type = 'AWS::SageMaker::NotebookInstanceLifecycleConfig';
    for await (const page of paginateListNotebookInstanceLifecycleConfigs({ client }, {}, search.options)) {
      for (const config of page.NotebookInstanceLifecycleConfigs ?? []) {
        const name = config.NotebookInstanceLifecycleConfigName!;
        const arn = config.NotebookInstanceLifecycleConfigArn;
        const removal = awsCommand(search.region, 'sagemaker delete-notebook-instance-lifecycle-config', {
          'notebook-instance-lifecycle-config-name': name,
        });
        const own = search.owned.recognise({
          type,
          name,
          arn,
          isNamed: search.names.isOwn(name),
          removal: [removal],
        });
        if (own) {
          yield { type, name, arn, ...own, detail: '', cost: FREE };
        }
      }
    }
  },
};

/** SageMaker deletes only what has stopped or failed. */
function removal(notebook: NotebookInstanceSummary, region: string): string[] {
  const command = (action: string) =>
    awsCommand(region, `sagemaker ${action}`, { 'notebook-instance-name': notebook.NotebookInstanceName! });
  switch (notebook.NotebookInstanceStatus) {
    case 'Deleting':
      return [];
    case 'Stopped':
    case 'Failed':
      return [command('delete-notebook-instance')];
    case 'Stopping':
      return [command('wait notebook-instance-stopped'), command('delete-notebook-instance')];
    default:
      return [
        command('stop-notebook-instance'),
        command('wait notebook-instance-stopped'),
        command('delete-notebook-instance'),
      ];
  }
}

async function cost(notebook: NotebookInstanceSummary, search: Search): Promise<HourlyCost> {
  const name = notebook.NotebookInstanceName!;
  const isRunning = !['Stopped', 'Failed', 'Deleting'].includes(notebook.NotebookInstanceStatus ?? '');
  let volumeSize: number;
  try {
    const described = await search
      .client(SageMakerClient)
      .send(new DescribeNotebookInstanceCommand({ NotebookInstanceName: name }), search.options);
    // SageMaker's own default.
    volumeSize = described.VolumeSizeInGB ?? 5;
  } catch (error) {
    if (!isGone(error)) {
      search.cannotSee(`volume of the notebook instance ${name}`, error);
    }
    return unknownHourlyCost('its volume cannot be seen');
  }
  if (!isRunning) {
    return notebookVolumeCost(search.region, volumeSize);
  }
  const properties = { InstanceType: notebook.InstanceType, VolumeSizeInGB: volumeSize };
  return resourcesCost(search.region, {
    Notebook: { Type: 'AWS::SageMaker::NotebookInstance', Properties: properties },
  });
}
