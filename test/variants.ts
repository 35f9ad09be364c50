import { type App, Duration, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Hosting } from '../lib/endpoint/hosting';
import { ModelSource } from '../lib/endpoint/model-source';
import { Framework } from '../lib/images/framework';
import { SageMakerProject } from '../lib/project/sagemaker-project';
import { Channel } from '../lib/training/channel';
import { Distribution } from '../lib/training/distribution';
import type { ProjectDirectory } from './project-fixture';

/** Declares one project of each kind, with all that brings resources or permissions of its own: what scanners and regions are asked about. */
export function declareVariants(app: App, directory: ProjectDirectory): void {
  new SageMakerProject(
    app,
    'unet',
    directory.props({
      hosting: Hosting.realtime({
        instanceType: 'ml.m5.xlarge',
        idleTimeout: Duration.hours(2),
        notify: 'team@example.com',
        dataCaptureConfig: {},
      }),
      training: directory.training({
        spot: true,
        budget: 5,
        notify: 'team@example.com',
        channels: {
          training: Channel.fromDirectory(directory.dataset),
          extra: Channel.fromS3('s3://some-bucket/prefix/', { version: '7' }),
        },
      }),
      monthlyBudget: { amount: 50, notify: 'me@example.com' },
    }),
  );
  new SageMakerProject(app, 'small', {
    training: directory.training({ minimumMetrics: {} }),
    hosting: Hosting.serverless(),
    retainData: true,
  });
  new SageMakerProject(app, 'batch', {
    model: ModelSource.fromS3('s3://some-bucket/models/7/model.tar.gz', {
      framework: Framework.tensorflow('2.21'),
    }),
    hosting: Hosting.async({ instanceType: 'ml.m5.xlarge' }),
  });
  // Under a key and in a network of a person's own.
  const account = new Stack(app, 'account');
  const vpc = Vpc.fromVpcAttributes(account, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['one', 'two'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  });
  new SageMakerProject(app, 'isolated', {
    training: directory.training({
      vpc,
      enableNetworkIsolation: true,
      profiler: {},
      tensorBoardOutput: {},
      channels: {
        listed: Channel.fromManifest('s3://some-bucket/train.manifest', {
          dataUris: ['s3://some-bucket/prefix/'],
        }),
        shared: Channel.fromFileSystem({
          fileSystemId: 'fs-0123456789abcdef0',
          fileSystemType: 'EFS',
          directoryPath: '/data',
        }),
        fast: Channel.fromFileSystem({
          fileSystemId: 'fs-0123456789abcdef1',
          fileSystemType: 'FSxLustre',
          directoryPath: '/mount',
        }),
      },
    }),
  });
  new SageMakerProject(app, 'reserved', {
    training: directory.training({
      instanceType: 'ml.p5.48xlarge',
      instanceCount: 2,
      distribution: Distribution.multiWorkerMirroredStrategy(),
      enableRemoteDebug: true,
      enableInfraCheck: true,
      trainingPlan: 'arn:aws:sagemaker:eu-west-1:123456789012:training-plan/mine',
    }),
  });
  new SageMakerProject(app, 'closed', {
    training: directory.training({
      vpc,
      instanceCount: 2,
      environment: {
        CA_REPOSITORY_ARN: 'arn:aws:codeartifact:eu-west-1:123456789012:repository/domain/packages',
      },
    }),
    hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge', idleTimeout: Duration.hours(2) }),
    notebook: { instanceType: 'ml.t3.medium', vpc, idleTimeout: Duration.hours(1) },
    kmsKey: new Key(account, 'Key', { enableKeyRotation: true }),
  });
}
