import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Hosting } from '../../lib/endpoint/hosting';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { REGIONS_WITHOUT_BUDGETS } from '../../lib/workspace/monthly-budget';
import { Channel } from '../../lib/training/channel';
import type { NotebookProps } from '../../lib/workspace/notebook';
import {
  ProjectDirectory,
  synthesizedProject,
  templateOf,
  testApp,
  withoutBundleHashes,
} from '../project-fixture';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

function workspaceTemplate(notebook?: NotebookProps, retainData = false) {
  return synthesizedProject(directory.props({ notebook, retainData })).workspace();
}

test('the bucket is encrypted, private, versioned, and old versions and broken uploads expire', () => {
  workspaceTemplate().hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    VersioningConfiguration: { Status: 'Enabled' },
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        Match.objectLike({
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        }),
      ]),
    },
  });
});

test('the bucket refuses what comes without TLS', () => {
  workspaceTemplate().hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Deny',
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    },
  });
});

test('the bucket is emptied and deleted with its stack', () => {
  const template = workspaceTemplate();
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  for (const lambda of Object.values(template.findResources('AWS::Lambda::Function'))) {
    // A function without a group of the stack's writes to one that nobody deletes.
    expect(lambda).toMatchObject({
      Properties: { LoggingConfig: { LogGroup: { Ref: expect.any(String) as string } } },
    });
  }
});

test('the endpoint writes to groups that outlive it, one for each kind of hosting, and that no container can make again', () => {
  const project = synthesizedProject(directory.props());
  for (const name of ['unet', 'unet-serverless', 'unet-async']) {
    project.workspace().hasResource('AWS::Logs::LogGroup', {
      Properties: { LogGroupName: `/aws/sagemaker/Endpoints/${name}`, RetentionInDays: 90 },
      DeletionPolicy: 'Delete',
    });
  }
  project.endpoint().resourcePropertiesCountIs('AWS::Logs::LogGroup', { LogGroupName: Match.anyValue() }, 0);
  expect(JSON.stringify(project.endpoint().toJSON())).not.toContain('logs:CreateLogGroup');
});

test('retained data stays with its bucket, and an output says so', () => {
  const template = workspaceTemplate(undefined, true);
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
  template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  template.hasResourceProperties('Custom::CDKBucketDeployment', { RetainOnDelete: true });
  template.hasOutput('RetainedData', {
    Description: Match.stringLikeRegexp('stay when the stack is destroyed'),
  });
});

test("the bucket's name and the datasets' URIs are outputs, and a directory's hash is in its URI", () => {
  const template = workspaceTemplate();
  template.hasOutput('BucketName', {});
  const prefix = Channel.fromDirectory(directory.dataset).prefix('training');
  expect(prefix).toMatch(/^data\/training\/[0-9a-f]{16}$/);
  template.hasOutput('Datasettraining', {
    Value: { 'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('DataBucket') }, `/${prefix}/`]] },
  });
  template.hasResourceProperties('Custom::CDKBucketDeployment', {
    DestinationBucketKeyPrefix: prefix,
    RetainOnDelete: false,
  });
});

test('a project without a notebook has none', () => {
  workspaceTemplate().resourceCountIs('AWS::SageMaker::NotebookInstance', 0);
});

test('a notebook has the name of the project, IMDSv2 only, and no root, and goes by what is asked', () => {
  workspaceTemplate({ instanceType: 'ml.t3.medium' }).hasResourceProperties(
    'AWS::SageMaker::NotebookInstance',
    {
      NotebookInstanceName: 'unet',
      InstanceType: 'ml.t3.medium',
      RootAccess: 'Disabled',
      InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: '2' },
      VolumeSizeInGB: 5,
      LifecycleConfigName: Match.absent(),
    },
  );
  workspaceTemplate({
    instanceType: 'ml.t3.large',
    notebookInstanceName: 'desk',
    rootAccess: true,
    volumeSize: Size.gibibytes(20),
    defaultCodeRepository: 'https://example.com/a.git',
    additionalCodeRepositories: ['https://example.com/b.git'],
  }).hasResourceProperties('AWS::SageMaker::NotebookInstance', {
    NotebookInstanceName: 'desk',
    RootAccess: 'Enabled',
    VolumeSizeInGB: 20,
    DefaultCodeRepository: 'https://example.com/a.git',
    AdditionalCodeRepositories: ['https://example.com/b.git'],
  });
});

test('a notebook with an idle timeout runs the script that stops it beside the one that was given', () => {
  const template = workspaceTemplate({
    instanceType: 'ml.t3.medium',
    idleTimeout: Duration.hours(1),
    lifecycle: { onStart: 'echo hello-from-me' },
  });
  const [config] = Object.values(template.findResources('AWS::SageMaker::NotebookInstanceLifecycleConfig'));
  const { OnStart } = (config as { Properties: { OnStart: { Content: { 'Fn::Base64': string } }[] } })
    .Properties;
  const script = OnStart[0]?.Content['Fn::Base64'] ?? '';
  expect(script).toContain('systemctl restart notebook-idle-stop.timer');
  expect(script).toContain('3600');
  expect(script).toContain('\necho hello-from-me\n');
});

test('one address that is told of the training and of the endpoint is asked for its consent once', () => {
  const subscriptions = (idle: string) => {
    const template = synthesizedProject({
      training: directory.training({ notify: 'me@example.com' }),
      hosting: Hosting.serverless({ notify: idle }),
    }).workspace();
    template.resourceCountIs('AWS::SSM::Parameter', 2);
    return Object.values(template.findResources('AWS::SNS::Subscription')).map(
      ({ Properties }) => (Properties as { Endpoint: string }).Endpoint,
    );
  };
  expect(subscriptions('me@example.com')).toEqual(['me@example.com']);
  expect(subscriptions('you@example.com')).toEqual(['me@example.com', 'you@example.com']);
});

describe('a monthly budget', () => {
  const notify = 'me@example.com';

  test("mails at 50, 80 and 100 % of the costs of the project's tag, and when the forecast exceeds it", () => {
    const template = synthesizedProject({ monthlyBudget: { amount: 50, notify } }).workspace();
    template.resourceCountIs('AWS::Budgets::Budget', 1);
    template.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: {
        BudgetName: Match.absent(),
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 50, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:project$unet'] },
      },
      NotificationsWithSubscribers: [
        ['ACTUAL', 50],
        ['ACTUAL', 80],
        ['ACTUAL', 100],
        ['FORECASTED', 100],
      ].map(([NotificationType, Threshold]) => ({
        Notification: {
          NotificationType,
          Threshold,
          ThresholdType: 'PERCENTAGE',
          ComparisonOperator: 'GREATER_THAN',
        },
        Subscribers: [{ SubscriptionType: 'EMAIL', Address: notify }],
      })),
    });
  });

  test('has the tag that it filters by, like all else of the project', () => {
    const template = synthesizedProject({ monthlyBudget: { amount: 50, notify } }, 'other').workspace();
    const [{ Properties }] = Object.values(template.findResources('AWS::Budgets::Budget')) as [
      { Properties: { ResourceTags: { Key: string; Value: string }[]; Budget: object } },
    ];
    const [{ Key, Value }] = Properties.ResourceTags as [{ Key: string; Value: string }];
    expect(Properties.Budget).toMatchObject({ CostFilters: { TagKeyValue: [`user:${Key}$${Value}`] } });
    template.hasResourceProperties('AWS::S3::Bucket', { Tags: Match.arrayWith([{ Key, Value }]) });
  });

  test('comes with an output that says that its tag must be activated', () => {
    const template = synthesizedProject({ monthlyBudget: { amount: 50, notify } }).workspace();
    template.hasOutput('BudgetName', { Description: Match.stringLikeRegexp("'project' is activated") });
  });

  test('is not made in a region without budgets, where the rest of the workspace is', () => {
    const template = synthesizedProject({ monthlyBudget: { amount: 50, notify } }).workspace();
    const [condition] = Object.keys(template.findConditions('*'));
    template.hasResource('AWS::Budgets::Budget', { Condition: condition });
    template.hasOutput('BudgetName', { Condition: condition });
    for (const region of REGIONS_WITHOUT_BUDGETS) {
      expect(JSON.stringify(template.findConditions(condition!))).toContain(`"${region}"`);
    }
  });

  test('is not there unless asked for', () => {
    workspaceTemplate().resourceCountIs('AWS::Budgets::Budget', 0);
  });
});

test('a notebook in a network of the account has no other way out, and a role that may attach it', () => {
  const app = testApp();
  const vpc = new Vpc(new Stack(app, 'network'), 'Vpc', { natGateways: 1 });
  const notebook: NotebookProps = { instanceType: 'ml.t3.medium', vpc };
  new SageMakerProject(app, 'unet', directory.props({ notebook }));
  const template = templateOf(app, 'unet-workspace');
  template.hasResourceProperties('AWS::SageMaker::NotebookInstance', {
    DirectInternetAccess: 'Disabled',
    SubnetId: { 'Fn::ImportValue': Match.stringLikeRegexp('PrivateSubnet1') },
    SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('SecurityGroup'), 'GroupId'] }],
  });
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain(
    'ec2:CreateNetworkInterfacePermission',
  );
});

test('a notebook whose network changes gets another name, so that CloudFormation can make the new one beside the former', () => {
  const name = (subnets?: 'public', notebookInstanceName?: string) => {
    const app = testApp();
    const vpc = new Vpc(new Stack(app, 'network'), 'Vpc', { natGateways: 1 });
    const vpcSubnets = subnets && { subnets: vpc.publicSubnets };
    const notebook: NotebookProps = { instanceType: 'ml.t3.medium', vpc, vpcSubnets, notebookInstanceName };
    new SageMakerProject(app, 'unet', directory.props({ notebook }));
    const found = templateOf(app, 'unet-workspace').findResources('AWS::SageMaker::NotebookInstance');
    return Object.values(found)[0]!.Properties.NotebookInstanceName as string;
  };
  expect(name()).toMatch(/^unet-[0-9a-f]{10}$/);
  expect(name()).toBe(name());
  expect(name('public')).not.toBe(name());
  expect(name('public', 'mine')).toBe('mine');
});

test("the notebook's role lists its bucket, asks the endpoint in both ways, and may be the first to log", () => {
  const policies = JSON.stringify(
    synthesizedProject({ notebook: { instanceType: 'ml.t3.medium' } })
      .workspace()
      .findResources('AWS::IAM::Policy', {
        Properties: { Roles: [{ Ref: Match.stringLikeRegexp('Notebook') }] },
      }),
  );
  for (const action of ['s3:ListBucket', 'sagemaker:InvokeEndpointAsync', 'logs:CreateLogGroup']) {
    expect(policies).toContain(`"${action}"`);
  }
  expect(policies).not.toContain('s3:prefix');
});

test('a role that was given gets leave to stop its idle notebook, and nothing else', () => {
  const app = testApp();
  const role = new Role(new Stack(app, 'roles'), 'Role', {
    assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
  });
  const notebook: NotebookProps = { instanceType: 'ml.t3.medium', role, idleTimeout: Duration.hours(1) };
  new SageMakerProject(app, 'Unet', directory.props({ notebook }));
  templateOf(app, 'Unet-workspace').hasResourceProperties('AWS::SageMaker::NotebookInstance', {
    RoleArn: { 'Fn::ImportValue': Match.stringLikeRegexp('Role') },
  });
  templateOf(app, 'roles').hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [
        {
          Action: 'sagemaker:StopNotebookInstance',
          Resource: {
            'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('notebook-instance/unet$')])],
          },
        },
      ],
    },
  });
});

test('everything that takes tags has the tag of the project', () => {
  const project = synthesizedProject(directory.props());
  const taggable = new Set([
    'AWS::S3::Bucket',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::Events::Rule',
    'AWS::SageMaker::NotebookInstance',
    'AWS::SageMaker::Model',
    'AWS::SageMaker::EndpointConfig',
    'AWS::SageMaker::Endpoint',
    'AWS::CloudWatch::Alarm',
    'Custom::SageMakerTrainingJob',
  ]);
  const resources = [project.workspace(), project.training(), project.endpoint()].flatMap((template) =>
    Object.entries(
      (template.toJSON() as { Resources: Record<string, { Type: string; Properties: { Tags?: unknown[] } }> })
        .Resources,
    ),
  );
  // The CDK's own functions are written without tags; they cost nothing at rest.
  const tagged = resources.filter(
    ([id, { Type }]) => taggable.has(Type) && !id.startsWith('CustomS3AutoDelete'),
  );
  expect(tagged.length).toBeGreaterThan(15);
  const withoutTag = tagged.filter(
    ([, { Properties }]) =>
      !JSON.stringify(Properties.Tags ?? []).includes('{"Key":"project","Value":"unet"}'),
  );
  expect(withoutTag).toEqual([]);
});

test('an address to notify gets a topic, and the mail about the end of exactly the endpoint stack', () => {
  const template = synthesizedProject(
    directory.props({
      hosting: Hosting.realtime({
        instanceType: 'ml.m5.xlarge',
        idleTimeout: Duration.hours(2),
        notify: 'team@example.com',
      }),
    }),
  ).workspace();
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'team@example.com',
  });
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Deny',
          Action: 'sns:Publish',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    },
  });
  template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/unet/idle-topic-arn' });
  const stackArn = (end: string) => ({
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        ':cloudformation:',
        { Ref: 'AWS::Region' },
        ':',
        { Ref: 'AWS::AccountId' },
        `:stack/unet-endpoint${end}`,
      ],
    ],
  });
  for (const status of ['DELETE_COMPLETE', 'DELETE_FAILED']) {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.cloudformation'],
        'detail-type': ['CloudFormation Stack Status Change'],
        // A stack whose name only begins the same does not match.
        detail: {
          'stack-id': [stackArn(''), { prefix: stackArn('/') }],
          'status-details': { status: [status] },
        },
      },
    });
  }
});

test('without an address there is no topic', () => {
  const template = synthesizedProject(
    directory.props({
      hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge', idleTimeout: Duration.hours(2) }),
    }),
  ).workspace();
  template.resourceCountIs('AWS::SNS::Topic', 0);
  template.resourceCountIs('AWS::Events::Rule', 0);
});

test('the template of the workspace stack', () => {
  const { Resources, Outputs } = workspaceTemplate({ instanceType: 'ml.t3.medium' }).toJSON() as Record<
    string,
    unknown
  >;
  expect(withoutBundleHashes({ Resources, Outputs })).toMatchSnapshot();
});

const toldOf = (template: Template) =>
  Object.values(template.findResources('AWS::Events::Rule')).map(
    ({ Properties }) => Properties.EventPattern.detail['status-details'].status as string[],
  );

test('a deployment of the endpoint that fails is told of, whatever the hosting; its end only where it ends itself', () => {
  const template = synthesizedProject(
    directory.props({ hosting: Hosting.serverless({ notify: 'team@example.com' }) }),
  ).workspace();
  expect(toldOf(template)).toEqual([
    ['ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'CREATE_FAILED', 'UPDATE_FAILED'],
  ]);
  expect(JSON.stringify(template)).toContain('aws logs tail /aws/sagemaker/Endpoints/unet-serverless');
});

test("who is told of the training has a topic in the workspace, which the training's function may publish to, and nothing else", () => {
  const { workspace, training } = synthesizedProject(
    directory.props({ training: directory.training({ notify: 'me@example.com' }) }),
  );
  workspace().hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'me@example.com' });
  workspace().hasResourceProperties('AWS::SSM::Parameter', { Name: '/unet/training-topic-arn' });
  const [parameter] = Object.keys(training().findParameters('*', { Default: '/unet/training-topic-arn' }));
  training().hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { TOPIC_ARN: { Ref: parameter } } },
  });
  training().hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([{ Action: 'sns:Publish', Effect: 'Allow', Resource: { Ref: parameter } }]),
    },
  });
  const untold = synthesizedProject(directory.props()).training();
  expect(JSON.stringify(untold)).not.toMatch(/sns:Publish|mail\.txt/);
});

test('who is told changes nothing of what trains', () => {
  const name = (notify?: string) =>
    Object.keys(
      synthesizedProject(directory.props({ training: directory.training({ notify }) }))
        .training()
        .findResources('AWS::CloudFormation::WaitCondition'),
    );
  expect(name('me@example.com')).toEqual(name());
});

test("a topic of one's own is told, and there is none of the project's", () => {
  const app = testApp();
  const topic = new Topic(new Stack(app, 'Team'), 'Topic');
  const hosting = Hosting.async({ instanceType: 'ml.m5.xlarge', notify: topic });
  new SageMakerProject(
    app,
    'unet',
    directory.props({ hosting, training: directory.training({ notify: topic }) }),
  );
  const template = templateOf(app, 'unet-workspace');
  template.resourceCountIs('AWS::SNS::Topic', 0);
  template.resourceCountIs('AWS::SNS::Subscription', 0);
  template.hasResourceProperties('AWS::SSM::Parameter', {
    Name: '/unet/training-topic-arn',
    Value: { 'Fn::ImportValue': Match.stringLikeRegexp('Team') },
  });
});
