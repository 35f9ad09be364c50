import { readdirSync } from 'node:fs';
import { CustomResource, Duration, Stack, Stage } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Capture, Match, Template } from 'aws-cdk-lib/assertions';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { withDefaults } from '../../lib/training/training';
import { budgetedTime } from '../../lib/training/budgeted-time';
import { trainingBudget } from '../../lib/training/training-request';
import { Channel } from '../../lib/training/channel';
import { Framework } from '../../lib/images/framework';
import type { TrainingProps } from '../../lib/training/training-props';
import {
  ProjectDirectory,
  synthesizedProject,
  templateOf,
  testApp,
  withoutBundleHashes,
} from '../project-fixture';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

const JOB = 'Custom::SageMakerTrainingJob';

function trainingTemplate(changes: Partial<TrainingProps> = {}) {
  return synthesizedProject({ training: directory.training(changes) }).training();
}

/** What the names of the job begin with: its identity. */
function identity(changes: Partial<TrainingProps> = {}): string {
  const prefix = new Capture();
  trainingTemplate(changes).hasResourceProperties(JOB, { TrainingJobNamePrefix: prefix });
  return prefix.asString();
}

describe('the identity of a training job', () => {
  const before = identity();

  test("is the project's name and a hash, the same at every synthesis", () => {
    expect(before).toMatch(/^unet-[0-9a-f]{10}$/);
    expect(identity()).toBe(before);
  });

  test.each<[string, Partial<TrainingProps>]>([
    ['a hyperparameter', { hyperparameters: { epochs: 30, optimizer: 'adam', nesterov: true } }],
    ['an instance type', { instanceType: 'ml.m5.2xlarge' }],
    ['an instance count', { instanceCount: 2 }],
    ['the image', { framework: Framework.sklearn() }],
    ['the entry point', { entryPoint: 'other.py' }],
    ['the environment', { environment: { A: 'b' } }],
    ['the longest run time', { maxRuntime: Duration.hours(2) }],
    ['where the data lies', { channels: { training: Channel.fromS3('s3://some-bucket/x/') } }],
    ['checkpoints', { checkpoints: true }],
    ['spot', { spot: true }],
    ['a budget', { budget: 5 }],
  ])('changes with %s', (_title, changes) => {
    directory.write('training/other.py', '');
    const unchanged = identity();
    expect(identity(changes)).not.toBe(unchanged);
  });

  test('changes with the script and with a data file, and comes back with them', () => {
    const now = identity();
    directory.write('training/train.py', 'print("loss=2.0;")\n');
    const withOtherScript = identity();
    directory.write('training/train.py', 'print("loss=1.0;")\n');
    directory.write('dataset/original/b.txt', 'b');
    const withMoreData = identity();
    expect(new Set([now, withOtherScript, withMoreData]).size).toBe(3);
  });

  test('changes with the version of data in S3, which has no other sign', () => {
    const of = (version?: string) =>
      identity({ channels: { training: Channel.fromS3('s3://some-bucket/x/', { version }) } });
    expect(new Set([of(), of('1'), of('2')]).size).toBe(3);
  });

  test('does not change with the gate', () => {
    expect(identity({ minimumMetrics: { 'validation:accuracy': 0.9 } })).toBe(identity());
    expect(identity({ minimumMetrics: {} })).toBe(identity());
  });

  test('changes with the longest wait for spot capacity, and with the budget', () => {
    const waits = [undefined, Duration.hours(3), Duration.hours(4)];
    expect(new Set(waits.map((maxWait) => identity({ spot: true, maxWait }))).size).toBe(3);
    const budgets = [5, 6].flatMap((budget) => [
      identity({ budget }),
      identity({ budget, maxRuntime: Duration.hours(1) }),
    ]);
    expect(new Set(budgets).size).toBe(4);
  });

  test('does not change with what is so already if nothing is said', () => {
    expect(identity({ spot: false })).toBe(identity());
    expect(identity({ spot: true, checkpoints: true })).toBe(identity({ spot: true }));
  });

  test('does not change with what Python and editors leave beside the script', () => {
    const now = identity();
    directory.write('training/__pycache__/train.cpython-312.pyc', 'x');
    directory.write('training/.ipynb_checkpoints/train.py', 'x');
    expect(identity()).toBe(now);
  });

  test('does not change with what file managers leave in the data, which is not uploaded either', () => {
    const now = identity();
    directory.write('dataset/.DS_Store', 'x');
    directory.write('dataset/original/Thumbs.db', 'x');
    directory.write('dataset/original/.ipynb_checkpoints/a.txt', 'x');
    expect(identity()).toBe(now);
    const { directory: assembly } = synthesizedProject({ training: directory.training() }).app.synth();
    const uploaded = readdirSync(assembly, { recursive: true, encoding: 'utf8' });
    expect(uploaded.filter((name) => name.endsWith('original/a.txt'))).toHaveLength(1);
    expect(uploaded.filter((name) => /DS_Store|Thumbs|ipynb_checkpoints/.test(name))).toEqual([]);
  });
});

test('the custom resource carries the request of CreateTrainingJob', () => {
  trainingTemplate().hasResourceProperties(JOB, {
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'validation:accuracy', Regex: 'validation:accuracy=([0-9.]+);' }],
    },
    HyperParameters: {
      epochs: '20',
      optimizer: '"adam"',
      nesterov: 'true',
      sagemaker_program: '"train.py"',
    },
    InputDataConfig: [
      {
        ChannelName: 'training',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3DataDistributionType: 'FullyReplicated' } },
      },
    ],
    ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    MinimumMetrics: { 'validation:accuracy': 0.75 },
    Tags: [{ Key: 'project', Value: 'unet' }],
  });
});

test('the rule that hears of the end is there before the job, and knows the job and the handle', () => {
  const template = trainingTemplate();
  const prefix = identity();
  const [ruleId] = Object.keys(
    template.findResources('AWS::Events::Rule', {
      Properties: {
        EventPattern: {
          source: ['aws.sagemaker'],
          detail: {
            TrainingJobName: [{ prefix: `${prefix}-` }],
            TrainingJobStatus: ['Completed', 'Failed', 'Stopped'],
          },
        },
      },
    }),
  );
  const [handleId] = Object.keys(template.findResources('AWS::CloudFormation::WaitConditionHandle'));
  expect(handleId).toContain(prefix.slice('unet-'.length));
  template.hasResource(JOB, {
    DependsOn: Match.arrayWith([ruleId]),
    Properties: { WaitConditionHandle: { Ref: handleId } },
  });
  const rule = JSON.stringify(template.findResources('AWS::Events::Rule'));
  expect(rule).toContain(`{"Ref":"${handleId}"}`);
});

test('the stack waits for as long as the job may take, and half an hour', () => {
  trainingTemplate({ maxRuntime: Duration.hours(2) }).hasResource('AWS::CloudFormation::WaitCondition', {
    Properties: { Timeout: String(2 * 3600 + 1800), Count: 1 },
  });
});

test('the longest run time that is taken fills the longest wait', () => {
  trainingTemplate({ maxRuntime: Duration.hours(11.5) }).hasResourceProperties(
    'AWS::CloudFormation::WaitCondition',
    {
      Timeout: '43200',
    },
  );
});

describe('a spot job', () => {
  test('waits for capacity as long as it may run, keeps checkpoints, and the stack waits for both', () => {
    const template = trainingTemplate({ spot: true, maxRuntime: Duration.hours(2) });
    template.hasResourceProperties(JOB, {
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 7200, MaxWaitTimeInSeconds: 14400 },
      CheckpointConfig: { LocalPath: '/opt/ml/checkpoints' },
    });
    template.hasResourceProperties('AWS::CloudFormation::WaitCondition', { Timeout: String(14400 + 1800) });
  });

  test('has the role to read and write its checkpoints', () => {
    const policies = trainingTemplate({ spot: true }).findResources('AWS::IAM::Policy');
    expect(JSON.stringify(policies)).toContain('/checkpoints/unet-');
  });

  test('is what a job is not if nothing is said', () => {
    trainingTemplate().hasResourceProperties(JOB, {
      EnableManagedSpotTraining: Match.absent(),
      CheckpointConfig: Match.absent(),
      StoppingCondition: { MaxWaitTimeInSeconds: Match.absent() },
    });
  });
});

describe('a budget', () => {
  /** The longest run and wait that a job's template has for a region. */
  function timesOf(template: Template, region: string): Record<string, string> {
    const condition = new Capture();
    template.hasResourceProperties(JOB, { StoppingCondition: condition });
    const mappings = template.findMappings('*');
    return Object.fromEntries(
      Object.entries(condition.asObject()).map(([field, value]) => {
        const [map, ref, key] = (value as { 'Fn::FindInMap': [string, unknown, string] })['Fn::FindInMap'];
        expect(ref).toEqual({ Ref: 'AWS::Region' });
        return [field, mappings[map]?.[region]?.[key] as string];
      }),
    );
  }

  test('is a run time by the prices of the region that the stack is deployed to', () => {
    // 0.23 an hour and 30 GB × 0.14 / 730 h: 1 / 0.235753 × 3600 = 15270.19
    const template = trainingTemplate({ budget: 1 });
    expect(timesOf(template, 'us-east-1')).toEqual({ MaxRuntimeInSeconds: '15270' });
    template.hasResourceProperties(JOB, { Budget: 1 });
  });

  test('counts all instances', () => {
    expect(timesOf(trainingTemplate({ budget: 1, instanceCount: 2 }), 'us-east-1')).toEqual({
      MaxRuntimeInSeconds: '7635',
    });
  });

  test('leaves a spot job as long to wait', () => {
    expect(timesOf(trainingTemplate({ budget: 1, spot: true }), 'us-east-1')).toEqual({
      MaxRuntimeInSeconds: '15270',
      MaxWaitTimeInSeconds: '30540',
    });
  });

  test('has a plain number where the region is known', () => {
    const stage = new Stage(testApp(), 'stage', { env: { region: 'us-east-1' } });
    new SageMakerProject(stage, 'unet', { training: directory.training({ budget: 1 }) });
    const template = Template.fromStack(stage.node.findChild('unet-training') as Stack);
    template.hasResourceProperties(JOB, { StoppingCondition: { MaxRuntimeInSeconds: 15270 } });
  });

  test('has no time in regions without a price, where a deploy is refused', () => {
    const stack = new Stack(testApp(), 'stack');
    const at = (price: number) => ({
      training: { date: '2026', source: 'the test', prices: { 'ml.m5.xlarge': price } },
    });
    const training = withDefaults(directory.training({ budget: 1 }));
    const StoppingCondition = budgetedTime(stack, training, {
      ...trainingBudget(training)!,
      prices: { 'us-east-1': at(0.25), 'eu-west-1': at(0.5), 'eu-north-1': {} },
    });
    new CustomResource(stack, 'Job', { serviceToken: 'arn', properties: { StoppingCondition } });
    expect(Template.fromStack(stack).findMappings('*')).toEqual({
      BudgetedTime: {
        'us-east-1': { MaxRuntimeInSeconds: '14400' },
        'eu-west-1': { MaxRuntimeInSeconds: '7200' },
      },
    });
  });

  test('fails for a known region in which it pays for no run', () => {
    const stack = new Stack(testApp(), 'stack', { env: { region: 'eu-north-1' } });
    const training = withDefaults(directory.training({ budget: 1 }));
    expect(() => budgetedTime(stack, training, trainingBudget(training)!)).toThrow(
      'the price table has no region eu-north-1',
    );
  });
});

test('another request has another handle and another wait condition, since neither can be updated', () => {
  const ids = (changes: Partial<TrainingProps>) => {
    const template = trainingTemplate(changes);
    return [
      ...Object.keys(template.findResources('AWS::CloudFormation::WaitConditionHandle')),
      ...Object.keys(template.findResources('AWS::CloudFormation::WaitCondition')),
    ];
  };
  const before = ids({});
  const after = ids({ instanceCount: 2 });
  expect(before).toHaveLength(2);
  expect(after.filter((id) => before.includes(id))).toEqual([]);
});

test('the function is called at the end of the job and by a schedule, from when it lets the rule on', () => {
  const template = trainingTemplate();
  const [ruleId] = Object.keys(template.findResources('AWS::Events::Rule'));
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(5 minutes)',
    EventPattern: Match.objectLike({ source: ['aws.sagemaker'] }),
    State: 'DISABLED',
  });
  template.hasResourceProperties(JOB, { Rule: { Ref: ruleId } });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({
          Action: ['events:DisableRule', 'events:EnableRule', 'events:ListTargetsByRule'],
          Resource: { 'Fn::GetAtt': [ruleId, 'Arn'] },
        }),
      ],
    },
  });
});

test("the model's URL is written to its parameter only after the wait", () => {
  const template = trainingTemplate();
  const [jobId] = Object.keys(template.findResources(JOB));
  const [waitId] = Object.keys(template.findResources('AWS::CloudFormation::WaitCondition'));
  template.hasResource('AWS::SSM::Parameter', {
    Properties: { Name: '/unet/model-data-url', Value: { 'Fn::GetAtt': [jobId, 'ModelDataUrl'] } },
    DependsOn: [waitId],
  });
});

test('a job whose pip reads a CodeArtifact repository may ask for its token, its address and its packages', () => {
  const repository = 'arn:aws:codeartifact:eu-west-1:123456789012:repository/team/wheels';
  const statements = (environment: Record<string, string>) =>
    Object.values(
      synthesizedProject({ training: directory.training({ environment }) })
        .training()
        .findResources('AWS::IAM::Policy'),
    )
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as { Action: string }[])
      .filter(({ Action }) => /codeartifact|BearerToken/.test(JSON.stringify(Action)));
  expect(statements({ CA_REPOSITORY_ARN: repository })).toEqual([
    {
      Action: 'codeartifact:GetAuthorizationToken',
      Effect: 'Allow',
      Resource: 'arn:aws:codeartifact:eu-west-1:123456789012:domain/team',
    },
    {
      Action: ['codeartifact:GetRepositoryEndpoint', 'codeartifact:ReadFromRepository'],
      Effect: 'Allow',
      Resource: repository,
    },
    {
      Action: 'sts:GetServiceBearerToken',
      Effect: 'Allow',
      Resource: '*',
      Condition: { StringEquals: { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' } },
    },
  ]);
  expect(statements({})).toEqual([]);
});

test("the function's policy and log group outlive the job", () => {
  const template = trainingTemplate();
  const [logGroupId] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
  const policies = Object.keys(template.findResources('AWS::IAM::Policy'));
  expect(policies).toHaveLength(3);
  template.hasResource(JOB, { DependsOn: Match.arrayWith([logGroupId, ...policies].toSorted()) });
});

test('the function may pass the job its role, to SageMaker only', () => {
  trainingTemplate().hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'iam:PassRole',
          Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
        }),
      ]),
    },
  });
});

test('the function reaches the jobs of its own project, and not those of one whose name begins alike', () => {
  const patterns = [
    ...JSON.stringify(trainingTemplate().findResources('AWS::IAM::Policy')).matchAll(
      /(?:training-job\/|log-stream:|jobs\/)(unet[^"/]+)/g,
    ),
  ].map(([, pattern]) => new RegExp(`^${pattern!.replaceAll('?', '.').replaceAll('*', '.*')}$`));
  expect(patterns).toHaveLength(6);
  for (const pattern of patterns) {
    // The last is what the keys of a request's jobs begin with.
    const meets = (request: string) =>
      [`${request}-0a1b2c3d`, `${request}-`].some((name) => pattern.test(name));
    expect([identity(), 'unet-two-0123456789', 'unet-2-0123456789'].map(meets)).toEqual([true, false, false]);
  }
});

test('the job may list its buckets by any call, since SageMaker checks them by some that name no prefix', () => {
  const channels = { training: Channel.fromS3('s3://some-bucket/x/') };
  const [role] = Object.values(
    trainingTemplate({ channels, spot: true }).findResources('AWS::IAM::Policy'),
  ).filter(({ Properties }) => JSON.stringify(Properties.Roles).includes('JobRole')) as {
    Properties: { PolicyDocument: { Statement: { Action: string | string[]; Condition?: object }[] } };
  }[];
  const lists = role!.Properties.PolicyDocument.Statement.filter(({ Action }) =>
    [Action].flat().includes('s3:ListBucket'),
  );
  expect(lists.length).toBeGreaterThan(0);
  expect(lists.every(({ Condition }) => Condition === undefined)).toBe(true);
});

test.each([
  [2, 1],
  [1, 0],
])(
  'of %d instances in a network, the own security group lets in its members by %d rules',
  (instanceCount, rules) => {
    const app = testApp();
    const vpc = new Vpc(new Stack(app, 'network'), 'Vpc', { natGateways: 1 });
    new SageMakerProject(app, 'unet', { training: directory.training({ vpc, instanceCount }) });
    const template = templateOf(app, 'unet-training');
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', rules);
    for (const { Properties } of Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'))) {
      expect(Properties).toMatchObject({ IpProtocol: '-1' });
      expect(Properties.SourceSecurityGroupId).toEqual(Properties.GroupId);
    }
  },
);

test('a GPU instance gets the image for GPUs', () => {
  const image = new Capture();
  trainingTemplate({ framework: Framework.tensorflow(), instanceType: 'ml.g5.xlarge' }).hasResourceProperties(
    JOB,
    {
      AlgorithmSpecification: { TrainingImage: image },
    },
  );
  expect(JSON.stringify(image.asObject())).toContain('tensorflow-training:2.21.0-gpu-py312-cu129');
});

test('checkpoints are kept under the identity of the job, so that another configuration never resumes from them', () => {
  const prefix = identity({ checkpoints: true });
  const uri = new Capture();
  trainingTemplate({ checkpoints: true }).hasResourceProperties(JOB, {
    CheckpointConfig: { LocalPath: '/opt/ml/checkpoints', S3Uri: uri },
  });
  expect(JSON.stringify(uri.asObject())).toContain(`/checkpoints/${prefix}"`);
});

test('an output says how to watch the job', () => {
  const template = trainingTemplate();
  const [job] = Object.keys(template.findResources(JOB));
  template.hasOutput('Watch', { Value: { 'Fn::Join': ['', ['npm run watch -- ', { Ref: job }]] } });
});

test('the template of the training stack', () => {
  // A directory of its own: what other tests wrote would be in the hashes.
  const untouched = new ProjectDirectory();
  const template = synthesizedProject({ training: untouched.training() }).training();
  untouched.remove();
  const { Resources, Outputs } = template.toJSON() as Record<string, unknown>;
  expect(withoutBundleHashes({ Resources, Outputs })).toMatchSnapshot();
});

/** All statements of a template's policies. */
function statementsOf(template: Template): { Action: string | string[]; Resource: unknown }[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) =>
      Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
  );
}

test('without a network the script comes as a channel, which the role may list, and the template says so', () => {
  const template = trainingTemplate({ enableNetworkIsolation: true });
  const [job] = Object.values(template.findResources(JOB));
  const { EnableNetworkIsolation, HyperParameters, InputDataConfig } = job!.Properties;
  expect(EnableNetworkIsolation).toBe(true);
  const [, archive] = /^"\/opt\/ml\/input\/data\/code\/([0-9a-f]{64}\.gz)"$/.exec(
    HyperParameters.sagemaker_submit_directory,
  )!;
  const code = InputDataConfig.at(-1);
  expect(code.ChannelName).toBe('code');
  expect(JSON.stringify(code.DataSource.S3DataSource.S3Uri)).toContain(`/${archive}"`);
  const lists = statementsOf(template).filter(({ Action }) => [Action].flat().includes('s3:ListBucket'));
  expect(JSON.stringify(lists)).toContain('cdk-hnb659fds-assets-');
});

test('a shell, a plan and file systems have their permissions, and a plain job has none of them', () => {
  const plan = 'arn:aws:sagemaker:eu-west-1:111122223333:training-plan/mine';
  const own = /^(ssmmessages:|elasticfilesystem:|fsx:)/;
  const vpc = new Vpc(new Stack(testApp(), 'network'), 'Vpc');
  const file = { fileSystemId: 'fs-0123456789abcdef0', directoryPath: '/data' };
  const template = trainingTemplate({
    vpc: undefined,
    enableRemoteDebug: true,
    trainingPlan: plan,
  });
  const actions = (found: Template) =>
    statementsOf(found)
      .flatMap(({ Action }) => Action)
      .filter((action) => own.test(action));
  expect(actions(template)).toEqual([
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ]);
  expect(
    statementsOf(template).some(
      ({ Action, Resource }) =>
        Action === 'sagemaker:CreateTrainingJob' && JSON.stringify(Resource).includes(plan),
    ),
  ).toBe(true);
  expect(actions(trainingTemplate({}))).toEqual([]);
  const mounted = [
    Channel.fromFileSystem({ ...file, fileSystemType: 'EFS' }),
    Channel.fromFileSystem({ ...file, fileSystemType: 'FSxLustre' }),
  ].map((channel) =>
    channel.readStatements(vpc, 'data', undefined as never).map((one) => one.toStatementJson()),
  );
  expect(JSON.stringify(mounted[0])).toContain(':file-system/fs-0123456789abcdef0');
  expect(JSON.stringify(mounted[1])).toContain('"fsx:DescribeFileSystems"');
});
