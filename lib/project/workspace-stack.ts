import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Hosting } from '../endpoint/hosting';
import { type Channel, uploadedChannels } from '../training/channel';
import { PROJECT_TAG, trainingTopicParameterName } from '../names';
import { DataBucket } from '../workspace/data-bucket';
import { Datasets } from '../workspace/datasets';
import { EndpointLogs } from '../workspace/endpoint-logs';
import { type ITopic } from 'aws-cdk-lib/aws-sns';
import { IdleNotices } from '../workspace/idle-notices';
import { MonthlyBudget, type MonthlyBudgetProps } from '../workspace/monthly-budget';
import { noticesTopic } from '../workspace/notices';
import { Notebook, type NotebookProps } from '../workspace/notebook';

/** What lives as long as the project. */
export interface WorkspaceStackProps extends StackProps {
  readonly projectName: string;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly notebook: NotebookProps | undefined;
  readonly monthlyBudget: MonthlyBudgetProps | undefined;
  readonly retainData: boolean;
  /** The key of the bucket and of the notebook's volume. */
  readonly kmsKey: IKey | undefined;
  /** How the project's endpoint is hosted, if it has one. */
  readonly hosting: Hosting | undefined;
  /** Who is told when the training ends. */
  readonly trainingNotify: string | ITopic | undefined;
}

/** The data bucket, the uploaded datasets, the notebook instance, the month's budget, the endpoint's logs, and the mails about both ends. */
export class WorkspaceStack extends Stack {
  public readonly bucket: IBucket;

  public constructor(scope: Construct, id: string, props: WorkspaceStackProps) {
    super(scope, id, props);
    const { projectName, retainData, kmsKey } = props;
    this.bucket = new DataBucket(this, 'DataBucket', { retainData, kmsKey });
    // Whether a stack imports it now or not: one that did still holds it when this stack is updated.
    this.exportValue(this.bucket.bucketName);
    this.exportValue(this.bucket.bucketArn);
    new CfnOutput(this, 'BucketName', {
      value: this.bucket.bucketName,
      description: 'Datasets, training results, checkpoints',
    });
    if (retainData) {
      new CfnOutput(this, 'RetainedData', {
        value: this.bucket.bucketName,
        description: 'This bucket and its data stay when the stack is destroyed, and cost what they hold',
      });
    }
    const uploads = uploadedChannels(props.channels);
    if (uploads.size > 0) {
      const datasets = new Datasets(this, 'Datasets', {
        bucket: this.bucket,
        channels: uploads,
        retainData,
      });
      for (const [name, uri] of datasets.uris) {
        new CfnOutput(this, `Dataset${name}`, { value: uri, description: `The data of the channel ${name}` });
      }
    }
    if (props.notebook) {
      const notebook = new Notebook(this, 'Notebook', {
        ...props.notebook,
        projectName,
        bucket: this.bucket,
      });
      new CfnOutput(this, 'NotebookInstanceName', { value: notebook.notebookInstanceName });
    }
    const { trainingNotify, hosting } = props;
    if (hosting) {
      new EndpointLogs(this, 'EndpointLogs', { projectName });
    }
    const trainingTopic =
      trainingNotify !== undefined &&
      noticesTopic(new Construct(this, 'TrainingNotices'), {
        notify: trainingNotify,
        parameterName: trainingTopicParameterName(projectName),
        about: `the training of ${projectName}`,
      });
    const notify = hosting?.props.notify;
    if (hosting && notify !== undefined) {
      new IdleNotices(this, 'IdleNotices', {
        projectName,
        kind: hosting.kind,
        // SNS asks an address for its consent to each topic: one that is told of both has one topic.
        notify: trainingTopic && trainingNotify === notify ? trainingTopic : notify,
        stopsItself: hosting.props.idleTimeout !== undefined,
      });
    }
    if (props.monthlyBudget) {
      const budget = new MonthlyBudget(this, 'MonthlyBudget', { ...props.monthlyBudget, projectName });
      new CfnOutput(this, 'BudgetName', {
        condition: budget.made,
        value: budget.budgetName,
        description: `Counts only once the tag '${PROJECT_TAG}' is activated: Billing and Cost Management, Cost allocation tags (in an organization, its management account)`,
      });
    }
  }
}
