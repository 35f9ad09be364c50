import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Hosting } from '../../lib/endpoint/hosting';
import type { RealtimeHostingProps } from '../../lib/endpoint/hosting-props';
import { ModelSource } from '../../lib/endpoint/model-source';
import { ContainerImage } from '../../lib/images/container-image';
import { Framework } from '../../lib/images/framework';
import { SageMakerProject, type SageMakerProjectProps } from '../../lib/project/sagemaker-project';
import { problemsOf, ProjectDirectory, synthesizedProject, templateOf, testApp } from '../project-fixture';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

const OWN = ContainerImage.fromUri('111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1');

function endpointTemplate(hosting: Hosting, more: Partial<SageMakerProjectProps> = {}) {
  return synthesizedProject(directory.props({ hosting, ...more })).endpoint();
}

/** A project's endpoint stack beside a stack with a network and a key. */
function withNetwork(hosting: (vpc: Vpc, group: SecurityGroup) => Hosting) {
  const app = testApp();
  const stack = new Stack(app, 'Network');
  const vpc = new Vpc(stack, 'Vpc', { natGateways: 0 });
  const group = new SecurityGroup(stack, 'Group', { vpc });
  new SageMakerProject(app, 'unet', directory.props({ hosting: hosting(vpc, group) }));
  return templateOf(app, 'unet-endpoint');
}

const real = (changes: Partial<RealtimeHostingProps>) =>
  Hosting.realtime({ instanceType: 'ml.m5.xlarge', ...changes });

test("an instance's time to start, its storage, its machine image and its share of requests are the variant's", () => {
  endpointTemplate(
    real({
      instanceType: 'ml.p3.2xlarge',
      containerStartupHealthCheckTimeout: Duration.minutes(20),
      modelDataDownloadTimeout: Duration.hours(1),
      volumeSize: Size.gibibytes(256),
      inferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
      routingConfig: { routingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
    }),
  ).hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    ProductionVariants: [
      {
        ContainerStartupHealthCheckTimeoutInSeconds: 1200,
        ModelDataDownloadTimeoutInSeconds: 3600,
        VolumeSizeInGB: 256,
        InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
        RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
      },
    ],
  });
});

test("an asynchronous endpoint's instances have times and storage too", () => {
  endpointTemplate(
    Hosting.async({
      instanceType: 'ml.m5.xlarge',
      modelDataDownloadTimeout: Duration.minutes(30),
      volumeSize: Size.gibibytes(64),
    }),
  ).hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    ProductionVariants: [{ ModelDataDownloadTimeoutInSeconds: 1800, VolumeSizeInGB: 64 }],
  });
});

test("requests and answers are kept in the project's bucket by the model's role, a fifth of them if nothing is said", () => {
  const template = endpointTemplate(real({ dataCaptureConfig: {} }));
  template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    DataCaptureConfig: {
      EnableCapture: true,
      InitialSamplingPercentage: 20,
      DestinationS3Uri: { 'Fn::Join': ['', ['s3://', Match.anyValue(), '/data-capture']] },
      CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
      CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] },
    },
  });
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain('/data-capture/*');
  expect(JSON.stringify(endpointTemplate(real({})).toJSON())).not.toContain('data-capture');
});

test('what is captured is said in full, and lies under the key of the project', () => {
  const app = testApp();
  const kmsKey = new Key(new Stack(app, 'Keys'), 'Key');
  const hosting = real({
    dataCaptureConfig: {
      samplingPercentage: 100,
      captureOptions: ['RESPONSE'],
      csvContentTypes: ['text/tab-separated-values'],
      jsonContentTypes: ['application/jsonlines'],
    },
  });
  new SageMakerProject(app, 'unet', directory.props({ hosting, kmsKey }));
  templateOf(app, 'unet-endpoint').hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    DataCaptureConfig: {
      InitialSamplingPercentage: 100,
      KmsKeyId: Match.anyValue(),
      CaptureOptions: [{ CaptureMode: 'Output' }],
      CaptureContentTypeHeader: {
        CsvContentTypes: ['text/tab-separated-values'],
        JsonContentTypes: ['application/jsonlines'],
      },
    },
  });
});

test('instances with storage of their own get no key for it: SageMaker refuses one', () => {
  const keyed = (instanceType: 'ml.m5.xlarge' | 'ml.g5.xlarge') => {
    const app = testApp();
    const kmsKey = new Key(new Stack(app, 'Keys'), 'Key');
    new SageMakerProject(app, 'unet', directory.props({ hosting: real({ instanceType }), kmsKey }));
    const template = templateOf(app, 'unet-endpoint');
    const [config] = Object.values(template.findResources('AWS::SageMaker::EndpointConfig'));
    return [config?.Properties.KmsKeyId !== undefined, JSON.stringify(template).includes('kms:CreateGrant')];
  };
  expect(keyed('ml.m5.xlarge')).toEqual([true, true]);
  expect(keyed('ml.g5.xlarge')).toEqual([false, false]);
});

test("a model in a VPC has the network's private subnets and a security group of its own, or those that are given", () => {
  const own = withNetwork((vpc) => real({ vpc }));
  own.hasResourceProperties('AWS::SageMaker::Model', {
    VpcConfig: {
      Subnets: [Match.anyValue(), Match.anyValue()],
      SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('SecurityGroup'), 'GroupId'] }],
    },
  });
  own.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  expect(JSON.stringify(own.findResources('AWS::IAM::Policy'))).toContain('ec2:CreateNetworkInterface');
  const given = withNetwork((vpc, group) =>
    Hosting.async({ instanceType: 'ml.m5.xlarge', vpc, securityGroups: [group] }),
  );
  given.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  expect(JSON.stringify(endpointTemplate(real({})).toJSON())).not.toContain('ec2:');
});

test('a model can be cut off from every network', () => {
  endpointTemplate(real({ enableNetworkIsolation: true })).hasResourceProperties('AWS::SageMaker::Model', {
    EnableNetworkIsolation: true,
  });
  endpointTemplate(real({})).hasResourceProperties('AWS::SageMaker::Model', {
    EnableNetworkIsolation: Match.absent(),
  });
});

test("a variant of another name has it in the alarms and in the guard's look too", () => {
  const template = endpointTemplate(real({ variantName: 'main', idleTimeout: Duration.hours(1) }));
  template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    ProductionVariants: [{ VariantName: 'main' }],
  });
  expect(JSON.stringify(template.toJSON())).not.toContain('AllTraffic');
  endpointTemplate(Hosting.serverless({ variantName: 'main' })).hasResourceProperties(
    'AWS::SageMaker::EndpointConfig',
    { ProductionVariants: [{ VariantName: 'main' }] },
  );
});

test('an image of its own serves, and what the framework has none of is no problem then', () => {
  const hosting = real({ image: OWN });
  const training = directory.training({ framework: Framework.pytorch('2.13') });
  expect(problemsOf(directory.props({ training, hosting: real({}) })).join()).toMatch(/PyTorch 2\.13/);
  const { app, endpoint } = synthesizedProject(directory.props({ training, hosting }));
  endpoint().hasResourceProperties('AWS::SageMaker::Model', {
    PrimaryContainer: { Image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1' },
  });
  expect(JSON.stringify(endpoint().findResources('AWS::IAM::Policy'))).toContain('repository/mine');
  const messages = app.synth().stacks.flatMap((stack) => stack.messages.map(({ entry }) => entry.data));
  expect(messages.join()).not.toContain('inference');
  endpointTemplate(Hosting.serverless({ image: OWN })).hasResourceProperties('AWS::SageMaker::Model', {
    PrimaryContainer: { Image: Match.stringLikeRegexp('mine:1') },
  });
  // Graviton has no image of a framework's.
  expect(
    problemsOf(directory.props({ hosting: real({ instanceType: 'ml.c6g.large', image: OWN }) })),
  ).toEqual([]);
});

test.each<[string, Hosting, RegExp]>([
  [
    'half a minute to start',
    real({ containerStartupHealthCheckTimeout: Duration.seconds(30) }),
    /^hosting\.containerStartupHealthCheckTimeout: 30 seconds is not a whole number from 60 to 3600/,
  ],
  [
    'more than an hour to download',
    Hosting.async({ instanceType: 'ml.m5.xlarge', modelDataDownloadTimeout: Duration.hours(2) }),
    /^hosting\.modelDataDownloadTimeout: 7200 seconds/,
  ],
  [
    'a size for storage that the hardware has',
    real({ instanceType: 'ml.g5.xlarge', volumeSize: Size.gibibytes(100) }),
    /^hosting\.volumeSize: ml\.g5\.xlarge has storage of its own.*leave it out/,
  ],
  [
    'more storage than there is for inference',
    Hosting.async({ instanceType: 'ml.m5.xlarge', volumeSize: Size.gibibytes(513) }),
    /^hosting\.volumeSize: 513 GiB/,
  ],
  [
    'a machine image for GPUs where there is none',
    real({ inferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-2' }),
    /^hosting\.inferenceAmiVersion: .* ml\.m5\.xlarge does not have; leave it out/,
  ],
  [
    'a machine image that there is not',
    real({ inferenceAmiVersion: 'al2-ami' as never }),
    /^hosting\.inferenceAmiVersion: 'al2-ami' is not 'al2-ami-sagemaker-inference-gpu-2' or/,
  ],
  [
    'subnets of no network',
    real({ vpcSubnets: {}, securityGroups: [] }),
    /^hosting\.vpcSubnets: only with a vpc/,
  ],
  [
    'a network of a serverless endpoint',
    Hosting.serverless({ vpc: {} } as never),
    /^hosting\.vpc: serverless inference has none/,
  ],
  [
    'isolation of a serverless endpoint',
    Hosting.serverless({ enableNetworkIsolation: true } as never),
    /^hosting\.enableNetworkIsolation: serverless inference has none/,
  ],
  [
    'capture by a serverless endpoint',
    Hosting.serverless({ dataCaptureConfig: {} } as never),
    /^hosting\.dataCaptureConfig: serverless inference has none.*Hosting\.realtime/,
  ],
  [
    'capture by an asynchronous endpoint',
    Hosting.async({ instanceType: 'ml.m5.xlarge', dataCaptureConfig: {} } as never),
    /^hosting\.dataCaptureConfig: asynchronous inference has none.*async\/output\//,
  ],
  [
    'a share beyond all',
    real({ dataCaptureConfig: { samplingPercentage: 101 } }),
    /^hosting\.dataCaptureConfig\.samplingPercentage: 101 is not a whole number from 0 to 100/,
  ],
  [
    'nothing to capture',
    real({ dataCaptureConfig: { captureOptions: [] } }),
    /^hosting\.dataCaptureConfig\.captureOptions: is empty/,
  ],
  [
    "SageMaker's word for what is captured",
    real({ dataCaptureConfig: { captureOptions: ['Input' as never] } }),
    /^hosting\.dataCaptureConfig\.captureOptions\[0\]: 'Input' is not 'REQUEST' or 'RESPONSE'/,
  ],
  [
    'a captured type with parameters',
    real({ dataCaptureConfig: { csvContentTypes: ['text/csv; charset=utf-8'] } }),
    /^hosting\.dataCaptureConfig\.csvContentTypes: 'text\/csv; charset=utf-8' is not a content type/,
  ],
  [
    'no list of captured types',
    real({ dataCaptureConfig: { jsonContentTypes: [] } }),
    /jsonContentTypes: 0 of them/,
  ],
  [
    'a variant with a blank',
    real({ variantName: 'my variant' }),
    /^hosting\.variantName: 'my variant' is not a name/,
  ],
  [
    'a share of requests by content',
    real({ routingConfig: { routingStrategy: 'PREFIX_AWARE' as never } }),
    /^hosting\.routingConfig\.routingStrategy: 'PREFIX_AWARE' is not/,
  ],
  [
    'an image of no private repository',
    real({ image: ContainerImage.fromUri('python:3.12') }),
    /^hosting\.image: 'python:3\.12' is no image of a private ECR repository/,
  ],
])('refused: %s', (_title, hosting, message) => {
  expect(problemsOf(directory.props({ hosting })).find((problem) => message.test(problem))).toBeDefined();
});

test('a script that the container would download is refused of one that reaches no network', () => {
  const hosting = real({ enableNetworkIsolation: true });
  const training = directory.training({ framework: Framework.sklearn() });
  expect(problemsOf(directory.props({ training, hosting }))).toEqual([
    expect.stringMatching(
      /^hosting\.enableNetworkIsolation: the container of scikit-learn .* downloads the script.*leave it out/,
    ),
  ]);
});

test("a model of another project is served by an image of one's own too", () => {
  const model = ModelSource.fromS3('s3://bucket/model.tar.gz', { framework: Framework.pytorch('2.13') });
  expect(problemsOf({ model, hosting: real({ image: OWN }) })).toEqual([]);
});
