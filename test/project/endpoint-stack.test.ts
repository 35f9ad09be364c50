import { Match } from 'aws-cdk-lib/assertions';
import { Duration, Size } from 'aws-cdk-lib';
import { estimateTemplate } from '../../lib/cost/estimate';
import { Hosting } from '../../lib/endpoint/hosting';
import { ModelSource } from '../../lib/endpoint/model-source';
import { Framework } from '../../lib/images/framework';
import { ProjectDirectory, synthesizedProject, withoutBundleHashes } from '../project-fixture';

const directory = new ProjectDirectory();
directory.write('model/1/saved_model.pb', 'graph');
afterAll(() => directory.remove());

const realtime = Hosting.realtime({ instanceType: 'ml.m5.xlarge', initialInstanceCount: 2 });

function endpointTemplate(hosting: Hosting = realtime) {
  return synthesizedProject(directory.props({ hosting })).endpoint();
}

test("the endpoint has the project's name and is updated in place", () => {
  endpointTemplate().hasResourceProperties('AWS::SageMaker::Endpoint', { EndpointName: 'unet' });
});

test('model and endpoint config have no names of ours, so that another model can replace them', () => {
  const template = endpointTemplate();
  template.hasResourceProperties('AWS::SageMaker::Model', { ModelName: Match.absent() });
  template.hasResourceProperties('AWS::SageMaker::EndpointConfig', { EndpointConfigName: Match.absent() });
});

test("the model's role may look at the alarms that turn a deployment back, and at no others", () => {
  const template = endpointTemplate();
  const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
  template.hasResourceProperties('AWS::IAM::Policy', {
    Roles: [{ Ref: Match.stringLikeRegexp('ModelRole') }],
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Action: 'cloudwatch:DescribeAlarms',
          Effect: 'Allow',
          Resource: alarms.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })),
        },
      ]),
    },
  });
});

test("the model's URL comes by a parameter, not by an export that could not change", () => {
  const template = endpointTemplate();
  const [id] = Object.keys(
    template.findParameters('*', {
      Type: 'AWS::SSM::Parameter::Value<String>',
      Default: '/unet/model-data-url',
    }),
  );
  template.hasResourceProperties('AWS::SageMaker::Model', {
    PrimaryContainer: { ModelDataUrl: { Ref: id } },
  });
});

test('a deployment is blue/green and is turned back by the alarms of the endpoint', () => {
  const template = endpointTemplate();
  const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).toHaveLength(2);
  template.hasResourceProperties('AWS::SageMaker::Endpoint', {
    DeploymentConfig: {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
      },
      AutoRollbackConfiguration: { Alarms: alarms.map((id) => ({ AlarmName: { Ref: id } })) },
    },
  });
});

test('the alarms look at the new instances only, and the role may look at the alarms before there is an endpoint', () => {
  const template = endpointTemplate();
  const [config] = Object.keys(template.findResources('AWS::SageMaker::EndpointConfig'));
  const alarms = template.findResources('AWS::CloudWatch::Alarm');
  for (const alarm of Object.values(alarms)) {
    expect(alarm.Properties.Dimensions).toEqual([
      { Name: 'EndpointConfigName', Value: { 'Fn::GetAtt': [config, 'EndpointConfigName'] } },
      { Name: 'EndpointName', Value: 'unet' },
      { Name: 'VariantName', Value: 'AllTraffic' },
    ]);
  }
  const [[policy] = []] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(
    ([, { Properties }]) => JSON.stringify(Properties).includes('cloudwatch:DescribeAlarms'),
  );
  const [endpoint] = Object.values(template.findResources('AWS::SageMaker::Endpoint'));
  expect(endpoint?.DependsOn).toContain(policy);
});

test('another kind of hosting is another endpoint with another name, and nothing of it has an id of the former one', () => {
  const kinds = [realtime, Hosting.serverless(), Hosting.async({ instanceType: 'ml.m5.xlarge' })].map(
    (hosting) => endpointTemplate(hosting),
  );
  expect(
    kinds.map((template) =>
      Object.values(template.findResources('AWS::SageMaker::Endpoint')).map(
        ({ Properties }) => Properties.EndpointName as string,
      ),
    ),
  ).toEqual([['unet'], ['unet-serverless'], ['unet-async']]);
  const ids = kinds.flatMap((template) =>
    Object.keys((template.toJSON() as { Resources: object }).Resources),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('real-time hosting has its instances, and fails in minutes where the model cannot load', () => {
  endpointTemplate().hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    ProductionVariants: [
      {
        InstanceType: 'ml.m5.xlarge',
        InitialInstanceCount: 2,
        ContainerStartupHealthCheckTimeoutInSeconds: 600,
        ServerlessConfig: Match.absent(),
      },
    ],
  });
});

test('serverless hosting has memory and concurrency, and nothing of instances', () => {
  const template = endpointTemplate(Hosting.serverless({ memorySize: Size.gibibytes(3), maxConcurrency: 7 }));
  template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    ProductionVariants: [
      {
        ServerlessConfig: { MemorySizeInMB: 3072, MaxConcurrency: 7 },
        InstanceType: Match.absent(),
        InitialInstanceCount: Match.absent(),
      },
    ],
  });
  template.hasResourceProperties('AWS::SageMaker::Endpoint', { DeploymentConfig: Match.absent() });
  template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
});

test('the model is served by the image that matches the one that trained', () => {
  const image = (framework: Framework, instanceType: 'ml.m5.xlarge' | 'ml.g5.xlarge') =>
    JSON.stringify(
      synthesizedProject(
        directory.props({
          training: directory.training({ framework }),
          hosting: Hosting.realtime({ instanceType }),
        }),
      )
        .endpoint()
        .findResources('AWS::SageMaker::Model'),
    );
  expect(image(Framework.tensorflow('2.21'), 'ml.m5.xlarge')).toContain('tensorflow-inference:2.20.0-cpu-');
  expect(image(Framework.tensorflow('2.21'), 'ml.g5.xlarge')).toContain('tensorflow-inference:2.20.0-gpu-');
  expect(image(Framework.xgboost(), 'ml.m5.xlarge')).toContain('sagemaker-xgboost:3.2-0');
});

test('a model in S3 is served without a training stack, by a role that reads that object only', () => {
  const project = synthesizedProject({
    model: ModelSource.fromS3('s3://some-bucket/models/7/model.tar.gz'),
    hosting: Hosting.serverless(),
  });
  expect(project.app.node.tryFindChild('unet-training')).toBeUndefined();
  const template = project.endpoint();
  template.hasResourceProperties('AWS::SageMaker::Model', {
    PrimaryContainer: { ModelDataUrl: 's3://some-bucket/models/7/model.tar.gz' },
  });
  const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
  expect(policies.match(/"s3:[A-Za-z]+"/g)).toEqual(['"s3:GetObject"']);
});

test('a model of this machine is packed and uploaded, under a name that follows from its contents', () => {
  const url = () => {
    const template = synthesizedProject({
      model: ModelSource.fromDirectory(`${directory.path}/model`),
      hosting: Hosting.serverless(),
    }).endpoint();
    const [model] = Object.values(template.findResources('AWS::SageMaker::Model'));
    return JSON.stringify(
      (model as { Properties: { PrimaryContainer: { ModelDataUrl: unknown } } }).Properties.PrimaryContainer
        .ModelDataUrl,
    );
  };
  const before = url();
  expect(before).toMatch(/[0-9a-f]{64}\.(tar\.)?gz/);
  expect(url()).toBe(before);
  directory.write('model/1/saved_model.pb', 'another graph');
  expect(url()).not.toBe(before);
});

const guarded = Hosting.realtime({
  instanceType: 'ml.m5.xlarge',
  idleTimeout: Duration.hours(2),
  notify: 'team@example.com',
});

test('an idle timeout is an alarm that looks for no invocation at all, and calls the guard', () => {
  const template = endpointTemplate(guarded);
  const [id] = Object.keys(
    template.findResources('AWS::Lambda::Function', {
      Properties: {
        Environment: { Variables: { STACK_ID: { Ref: 'AWS::StackId' }, IDLE_TIMEOUT_SECONDS: '7200' } },
      },
    }),
  );
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'unet-idle',
    AlarmActions: [{ 'Fn::GetAtt': [id, 'Arn'] }],
    MetricName: 'Invocations',
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 24,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
    Dimensions: [
      { Name: 'EndpointName', Value: 'unet' },
      { Name: 'VariantName', Value: 'AllTraffic' },
    ],
  });
  template.hasOutput('IdleTimeout', { Value: '2 hours' });
});

test('the alarm is made after all that its action needs, since a failed action is not tried again', () => {
  const template = endpointTemplate(guarded);
  const [alarm] = Object.values(
    template.findResources('AWS::CloudWatch::Alarm', { Properties: { AlarmName: 'unet-idle' } }),
  );
  const types = (alarm as { DependsOn: string[] }).DependsOn.map(
    (id) => (template.toJSON() as { Resources: Record<string, { Type: string }> }).Resources[id]?.Type,
  );
  expect(types).toEqual(
    expect.arrayContaining(['AWS::Lambda::Function', 'AWS::Lambda::Permission', 'AWS::IAM::Policy']),
  );
  // The policy names the endpoint by its reference, which makes it and the alarm wait for the endpoint.
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toMatch(
    /"sagemaker:DescribeEndpoint","Effect":"Allow","Resource":\{"Ref":"Endpoint\w+"\}/,
  );
});

test('the guard may delete its own stack, and nothing else of anything', () => {
  const statements = Object.values(endpointTemplate(guarded).findResources('AWS::IAM::Policy'))
    .filter((policy) => JSON.stringify(policy).includes('cloudformation:DeleteStack'))
    .flatMap(
      (policy) =>
        (
          policy as {
            Properties: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } };
          }
        ).Properties.PolicyDocument.Statement,
    );
  expect(
    statements.flatMap(({ Action }) => Action).filter((action) => /delete|stop/i.test(String(action))),
  ).toEqual(['cloudformation:DeleteStack']);
  expect(statements).toContainEqual(
    expect.objectContaining({
      Action: expect.arrayContaining(['cloudformation:DeleteStack']),
      Resource: { Ref: 'AWS::StackId' },
    }),
  );
});

describe('asynchronous hosting', () => {
  const template = () =>
    endpointTemplate(
      Hosting.async({
        instanceType: 'ml.m5.xlarge',
        maxCapacity: 3,
        maxConcurrentInvocationsPerInstance: 4,
      }),
    );
  const bucket = { 'Fn::ImportValue': Match.stringLikeRegexp('^unet-workspace:') };

  test('keeps answers and failures in the bucket, by a role that reads requests and writes those', () => {
    const uri = (prefix: string) => ({ 'Fn::Join': ['', ['s3://', bucket, `/async/${prefix}/`]] });
    template().hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
        OutputConfig: { S3OutputPath: uri('output'), S3FailurePath: uri('failure') },
      },
      // SageMaker creates none without.
      ProductionVariants: [{ InstanceType: 'ml.m5.xlarge', InitialInstanceCount: 1 }],
    });
    const statements = JSON.stringify(template().findResources('AWS::IAM::Policy'));
    expect(statements).toMatch(/"s3:PutObject".*async\/failure\/\*.*async\/output\/\*/);
    expect(statements).toMatch(/"s3:GetObject".*async\/input\/\*/);
  });

  test('scales to no instance with its backlog, and from none by a step of its own', () => {
    const stack = template();
    const [target] = Object.keys(stack.findResources('AWS::ApplicationAutoScaling::ScalableTarget'));
    stack.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: 0,
      MaxCapacity: 3,
      ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      ResourceId: {
        'Fn::Join': [
          '',
          ['endpoint/', { 'Fn::GetAtt': [Match.anyValue(), 'EndpointName'] }, '/variant/AllTraffic'],
        ],
      },
    });
    stack.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      ScalingTargetId: { Ref: target },
      TargetTrackingScalingPolicyConfiguration: {
        CustomizedMetricSpecification: { MetricName: 'ApproximateBacklogSizePerInstance' },
      },
    });
    const [wake] = Object.keys(
      stack.findResources('AWS::ApplicationAutoScaling::ScalingPolicy', {
        Properties: { PolicyType: 'StepScaling' },
      }),
    );
    stack.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HasBacklogWithoutCapacity',
      AlarmActions: [{ Ref: wake }],
    });
  });

  test('needs no guard, and is not turned back by alarms that have nothing to measure at rest', () => {
    const stack = template();
    stack.resourceCountIs('AWS::Lambda::Function', 0);
    stack.resourceCountIs('AWS::CloudWatch::Alarm', 1);
    stack.hasResourceProperties('AWS::SageMaker::Endpoint', { DeploymentConfig: Match.absent() });
  });

  test('costs nothing at rest, as the estimate sees it', () => {
    const estimate = estimateTemplate(template().toJSON() as never, { region: 'us-east-1' });
    expect(estimate.perHour).toBeLessThan(0.001);
  });
});

test("the mails' topic comes by a parameter, so that notify can be taken away again", () => {
  const template = endpointTemplate(guarded);
  const [id] = Object.keys(template.findParameters('*', { Default: '/unet/idle-topic-arn' }));
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { TOPIC_ARN: { Ref: id } } },
    // What the guard fails on for good is told too.
    DeadLetterConfig: { TargetArn: { Ref: id } },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    Targets: [
      {
        InputTransformer: {
          InputTemplate: Match.stringLikeRegexp('failed three times.*npx cdk destroy unet-endpoint'),
        },
      },
    ],
  });
  expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
});

test('without an idle timeout nothing deletes the stack', () => {
  const template = endpointTemplate();
  template.resourceCountIs('AWS::Lambda::Function', 0);
  expect(template.findOutputs('IdleTimeout')).toEqual({});
});

test('the template of the endpoint stack', () => {
  const { Resources, Outputs } = endpointTemplate(guarded).toJSON() as Record<string, unknown>;
  expect(withoutBundleHashes({ Resources, Outputs })).toMatchSnapshot();
});
