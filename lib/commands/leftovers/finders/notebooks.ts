import {
  DescribeNotebookInstanceCommand,
  paginateListNotebookInstanceLifecycleConfigs,
  paginateListNotebookInstances,
  type NotebookInstanceSummary,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { each, type Finder, type Search } from '../finder';
import { notebookVolumeCost, resourcesCost, unknownHourlyCost } from '../hourly-cost';
import type { HourlyCost } from '../leftover';
import { awsCommand } from '../removal';

/** Notebook instances: by the hour while they run; stopped, for their volume. */
export const notebooks: Finder = {
  type: 'AWS::SageMaker::NotebookInstance',
  what: 'notebook instances',
  arns: /^sagemaker:notebook-instance\//,
  async *list(search) {
    const client = search.client(SageMakerClient);
    const pages = paginateListNotebookInstances({ client }, {}, search.options);
    for await (const notebook of each(pages, ({ NotebookInstances }) => NotebookInstances)) {
      const name = notebook.NotebookInstanceName!;
      yield {
        name,
        arn: notebook.NotebookInstanceArn,
        isNamed: search.names.isNotebook(name),
        detail: `${notebook.NotebookInstanceStatus}, ${notebook.InstanceType}`,
        removal: removal(notebook, search.region),
        describe: async () => ({ cost: await cost(notebook, search) }),
      };
    }
  },
};

/** Lifecycle configurations of notebook instances: free. */
export const lifecycleConfigs: Finder = {
  type: 'AWS::SageMaker::NotebookInstanceLifecycleConfig',
  what: 'notebook lifecycle configurations',
  arns: /^sagemaker:notebook-instance-lifecycle-config\//,
  remove: ['sagemaker delete-notebook-instance-lifecycle-config', 'notebook-instance-lifecycle-config-name'],
  async *list({ client, names, options }) {
    const pages = paginateListNotebookInstanceLifecycleConfigs(
      { client: client(SageMakerClient) },
      {},
      options,
    );
    for await (const config of each(pages, (page) => page.NotebookInstanceLifecycleConfigs)) {
      const name = config.NotebookInstanceLifecycleConfigName!;
      yield { name, arn: config.NotebookInstanceLifecycleConfigArn, isNamed: names.isOwn(name) };
    }
  },
};

/** SageMaker deletes only what has stopped or failed. */
function removal({ NotebookInstanceName, NotebookInstanceStatus }: NotebookInstanceSummary, region: string) {
  const command = (action: string) =>
    awsCommand(region, `sagemaker ${action}`, { 'notebook-instance-name': NotebookInstanceName! });
  const [stop, wait, remove] = [
    command('stop-notebook-instance'),
    command('wait notebook-instance-stopped'),
    command('delete-notebook-instance'),
  ];
  switch (NotebookInstanceStatus) {
    case 'Deleting':
      return [];
    case 'Stopped':
    case 'Failed':
      return [remove];
    case 'Stopping':
      return [wait, remove];
    default:
      return [stop, wait, remove];
  }
}

async function cost(notebook: NotebookInstanceSummary, search: Search): Promise<HourlyCost> {
  const name = notebook.NotebookInstanceName!;
  const isRunning = !['Stopped', 'Failed', 'Deleting'].includes(notebook.NotebookInstanceStatus ?? '');
  const command = new DescribeNotebookInstanceCommand({ NotebookInstanceName: name });
  const described = await search.see(`volume of the notebook instance ${name}`, () =>
    search.client(SageMakerClient).send(command, search.options),
  );
  if (!described) {
    return unknownHourlyCost('its volume cannot be seen');
  }
  // SageMaker's own default.
  const volumeSize = described.VolumeSizeInGB ?? 5;
  if (!isRunning) {
    return notebookVolumeCost(search.region, volumeSize);
  }
  const properties = { InstanceType: notebook.InstanceType, VolumeSizeInGB: volumeSize };
  return resourcesCost(search.region, {
    Notebook: { Type: 'AWS::SageMaker::NotebookInstance', Properties: properties },
  });
}
