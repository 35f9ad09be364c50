import {
  ApplicationAutoScalingClient,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { BudgetsClient, CreateBudgetCommand } from '@aws-sdk/client-budgets';
import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateNetworkInterfaceCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type Tag as Ec2Tag,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateNotebookInstanceCommand,
  CreateNotebookInstanceLifecycleConfigCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const TRUST = JSON.stringify({
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: ['sagemaker.amazonaws.com', 'lambda.amazonaws.com'] },
    },
  ],
});

/** The names to make one of each thing under. */
export interface Names {
  /** Like what CloudFormation makes up, for most; a bucket's is the same in lower case. */
  readonly generated: string;
  /** Of the endpoint and the notebook instance. */
  readonly own: string;
  /** Of the log group and the parameter. */
  readonly logGroup: string;
  readonly parameter: string;
  /** The value of the tag `project`, where there is one. */
  readonly tag?: string;
}

/** Makes one of each kind in the in-memory AWS. */
export async function makeOneOfEach({ generated, own, logGroup, parameter, tag }: Names): Promise<void> {
  const Tags = tag === undefined ? [] : [{ Key: 'project', Value: tag }];
  const tagMap: Record<string, string> = tag === undefined ? {} : { project: tag };
  const bucket = generated.toLowerCase();
  const iam = new IAMClient();
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: generated, AssumeRolePolicyDocument: TRUST, Tags }),
  );
  const RoleArn = Role!.Arn!;
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName: generated, PolicyName: 'Inline', PolicyDocument }));
  await iam.send(
    new AttachRolePolicyCommand({ RoleName: generated, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
  );

  const s3 = new S3Client({ forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  if (Tags.length > 0) {
    await s3.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: Tags } }));
  }
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  for (const [Key, Body] of [
    ['model.tar.gz', 'no archive'],
    ['data/a', 'first'],
    ['data/a', 'second'],
    ['data/b', 'third'],
  ]) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  }
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'data/b' }));

  await makeSageMaker(generated, own, RoleArn, `s3://${bucket}/model.tar.gz`, Tags);

  const logs = new CloudWatchLogsClient();
  await logs.send(new CreateLogGroupCommand({ logGroupName: logGroup, tags: tagMap }));
  await new SSMClient().send(new PutParameterCommand({ Name: parameter, Value: 'x', Type: 'String', Tags }));
  const events = new EventBridgeClient();
  await events.send(new PutRuleCommand({ Name: generated, EventPattern: '{"source":["none"]}', Tags }));
  const target = { Id: 'Target0', Arn: 'arn:aws:sns:us-east-1:123456789012:none' };
  await events.send(new PutTargetsCommand({ Rule: generated, Targets: [target] }));
  await new LambdaClient().send(
    new CreateFunctionCommand({
      FunctionName: generated,
      Role: RoleArn,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      // An empty zip archive.
      Code: { ZipFile: Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]) },
      Tags: tagMap,
    }),
  );
  await new CloudWatchClient().send(
    new PutMetricAlarmCommand({
      AlarmName: generated,
      MetricName: 'Invocations',
      Namespace: 'AWS/SageMaker',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Tags,
    }),
  );
  await new SNSClient().send(new CreateTopicCommand({ Name: generated, Tags }));
  const ec2 = new EC2Client();
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: Subnets![0]!.SubnetId,
      Description: tag
        ? 'somebody'
        : `[Do not delete] Network Interface created to access resources in your VPC for SageMaker Notebook Instance ${own}`,
      TagSpecifications:
        Tags.length > 0 ? [{ ResourceType: 'network-interface', Tags: Tags as Ec2Tag[] }] : [],
    }),
  );
}

async function makeSageMaker(
  generated: string,
  own: string,
  RoleArn: string,
  ModelDataUrl: string,
  Tags: { Key: string; Value: string }[],
): Promise<void> {
  const sagemaker = new SageMakerClient();
  const Image = '763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-inference:2.19.0-cpu';
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: generated,
      ExecutionRoleArn: RoleArn,
      PrimaryContainer: { Image, ModelDataUrl },
      Tags,
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: generated,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: generated,
          InstanceType: 'ml.m5.xlarge',
          InitialInstanceCount: 2,
        },
      ],
      Tags,
    }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: own, EndpointConfigName: generated, Tags }));
  await sagemaker.send(
    new CreateNotebookInstanceCommand({
      NotebookInstanceName: own,
      InstanceType: 'ml.t3.medium',
      RoleArn,
      Tags,
    }),
  );
  const NotebookInstanceLifecycleConfigName = generated;
  await sagemaker.send(
    new CreateNotebookInstanceLifecycleConfigCommand({ NotebookInstanceLifecycleConfigName, Tags }),
  );
}

/** Makes what has no tags of its own: it is found by its name alone. */
export async function makeUntaggable(project: string): Promise<void> {
  await new ApplicationAutoScalingClient().send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'sagemaker',
      ResourceId: `endpoint/${project}/variant/AllTraffic`,
      ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      MinCapacity: 0,
      MaxCapacity: 2,
    }),
  );
  await new BudgetsClient().send(
    new CreateBudgetCommand({
      AccountId: '123456789012',
      Budget: {
        BudgetName: project,
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: '1', Unit: 'USD' },
      },
    }),
  );
  const logs = new CloudWatchLogsClient();
  const job = `${project}-0123456789-01234567`;
  for (const [logGroupName, writer] of [
    ['/aws/sagemaker/TrainingJobs', job],
    ['/aws/sagemaker/NotebookInstances', project],
  ]) {
    // The other project may have made the group already.
    await logs.send(new CreateLogGroupCommand({ logGroupName })).catch(() => undefined);
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: `${writer}/a-[1]` }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: `${writer}/b` }));
  }
}

/** Makes a stack that holds a parameter, and resolves when it stands. */
export async function makeStack(StackName: string, parameter: string): Promise<void> {
  const Parameter = {
    Type: 'AWS::SSM::Parameter',
    Properties: { Name: parameter, Type: 'String', Value: '1' },
  };
  const cloudformation = new CloudFormationClient();
  await cloudformation.send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources: { Parameter } }) }),
  );
  await waitUntilStackCreateComplete({ client: cloudformation, maxWaitTime: 60, minDelay: 1 }, { StackName });
}

/** Makes one thing of a service that has no regions, and one in the region. */
export async function makeRoleAndTopic(name: string): Promise<void> {
  await new IAMClient().send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: TRUST }));
  await new SNSClient().send(new CreateTopicCommand({ Name: name }));
}
