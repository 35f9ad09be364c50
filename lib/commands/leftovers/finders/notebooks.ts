import {
  DescribeNotebookInstanceCommand,
  paginateListNotebookInstanceLifecycleConfigs,
  paginateListNotebookInstances,
  type NotebookInstanceSummary,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { each, type Finder, type Search } from '../finder';
import { resourcesCost, storageCost } from '../hourly-cost';
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
        describe: () => describe(notebook, search),
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

/** The steps of a removal, and how many of them are done in a state: SageMaker deletes only what has stopped or failed. */
const STEPS = ['stop-notebook-instance', 'wait notebook-instance-stopped', 'delete-notebook-instance'];
const STEPS_DONE: Readonly<Record<string, number>> = { Stopping: 1, Stopped: 2, Failed: 2, Deleting: 3 };

function removal({ NotebookInstanceName, NotebookInstanceStatus }: NotebookInstanceSummary, region: string) {
  const name = { 'notebook-instance-name': NotebookInstanceName!, region };
  return STEPS.slice(STEPS_DONE[NotebookInstanceStatus ?? ''] ?? 0).map((step) =>
    awsCommand(`sagemaker ${step}`, name),
  );
}

async function describe(notebook: NotebookInstanceSummary, { client, options, region }: Search) {
  const { NotebookInstanceName, NotebookInstanceStatus, InstanceType } = notebook;
  const command = new DescribeNotebookInstanceCommand({ NotebookInstanceName });
  // SageMaker's own default.
  const { VolumeSizeInGB = 5 } = await client(SageMakerClient).send(command, options);
  const isRunning = !['Stopped', 'Failed', 'Deleting'].includes(NotebookInstanceStatus ?? '');
  const Properties = { InstanceType, VolumeSizeInGB };
  const cost = isRunning
    ? resourcesCost(region, { Notebook: { Type: 'AWS::SageMaker::NotebookInstance', Properties } })
    : storageCost(region, 'volume', 'notebook', VolumeSizeInGB);
  return { cost };
}
