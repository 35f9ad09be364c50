import { Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Hosting } from '../../lib/endpoint/hosting';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { ProjectDirectory, templateOf, testApp } from '../project-fixture';
import type { TrainingProps } from '../../lib/training/training-props';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

const KEY_ARN = { 'Fn::ImportValue': Match.stringLikeRegexp('keys:ExportsOutputFnGetAttKey') };

function templates(hosting: Hosting, training: Partial<TrainingProps> = {}): (stack: string) => Template {
  const app = testApp();
  const kmsKey = new Key(new Stack(app, 'keys'), 'Key');
  new SageMakerProject(
    app,
    'unet',
    directory.props({ hosting, kmsKey, training: directory.training(training) }),
  );
  // Throws if the key's stack depends on those that use it.
  app.synth();
  return (stack) => templateOf(app, stack);
}

/** The key's actions by the policy that allows them, and the condition of each. */
function keyActions(template: Template): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(template.findResources('AWS::IAM::Policy')).flatMap(([id, { Properties }]) => {
      const statements = Properties.PolicyDocument.Statement as {
        Action: string | string[];
        Condition?: Record<string, Record<string, unknown>>;
      }[];
      const ofKey = statements.flatMap(({ Action, Condition }) =>
        [Action]
          .flat()
          .filter((action) => action.startsWith('kms:'))
          .map(
            (action) =>
              `${action} ${Object.keys(Object.values(Condition ?? { '': { none: '' } })[0] ?? {})[0]}`,
          ),
      );
      return ofKey.length > 0 ? [[id.replace(/DefaultPolicy.*|[0-9A-F]{8}$/, ''), ofKey.toSorted()]] : [];
    }),
  );
}

const READ = 'kms:Decrypt kms:ViaService';
const WRITE = 'kms:GenerateDataKey kms:ViaService';
const ATTACH = 'kms:CreateGrant kms:GrantIsForAWSResource';

test('a key of a stack of its own is that of bucket, volumes and results, and each role may do what it must', () => {
  const of = templates(Hosting.realtime({ instanceType: 'ml.m5.xlarge' }));
  const workspace = of('unet-workspace');
  workspace.hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN },
        },
      ],
    },
  });
  workspace.hasResourceProperties('AWS::SageMaker::NotebookInstance', {
    KmsKeyId: KEY_ARN,
    // Another key is another instance.
    NotebookInstanceName: Match.stringLikeRegexp('^unet-.+'),
  });
  of('unet-training').hasResourceProperties('Custom::SageMakerTrainingJob', {
    OutputDataConfig: { KmsKeyId: KEY_ARN },
    ResourceConfig: { VolumeKmsKeyId: KEY_ARN },
  });
  of('unet-endpoint').hasResourceProperties('AWS::SageMaker::EndpointConfig', { KmsKeyId: KEY_ARN });

  expect(keyActions(workspace)).toEqual({ DatasetsRole: [READ, WRITE], NotebookRole: [READ, WRITE] });
  expect(keyActions(of('unet-training'))).toEqual({
    TrainingJobJobRole: [ATTACH, READ, WRITE],
    TrainingJobRunRole: [READ, WRITE],
  });
  expect(keyActions(of('unet-endpoint'))).toEqual({ EndpointModelRole: [ATTACH, READ] });
});

test('answers of an asynchronous endpoint are under the key; a serverless one has no volume', () => {
  const asynchronous = templates(Hosting.async({ instanceType: 'ml.m5.xlarge' }))('unet-endpoint');
  asynchronous.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
    AsyncInferenceConfig: { OutputConfig: { KmsKeyId: KEY_ARN } },
  });
  expect(keyActions(asynchronous)).toEqual({ AsyncEndpointModelRole: [ATTACH, READ, WRITE] });

  const serverless = templates(Hosting.serverless())('unet-endpoint');
  serverless.hasResourceProperties('AWS::SageMaker::EndpointConfig', { KmsKeyId: Match.absent() });
  expect(keyActions(serverless)).toEqual({ ServerlessEndpointModelRole: [READ] });
});

test('a training instance with storage of its own takes no key for its volume', () => {
  const of = templates(Hosting.serverless(), { instanceType: 'ml.g5.xlarge' });
  of('unet-training').hasResourceProperties('Custom::SageMakerTrainingJob', {
    OutputDataConfig: { KmsKeyId: KEY_ARN },
    ResourceConfig: { VolumeKmsKeyId: Match.absent() },
  });
});
