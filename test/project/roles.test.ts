import { type App, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ConfigurationError } from '../../lib/aws/configuration-error';
import { Hosting } from '../../lib/endpoint/hosting';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { ProjectDirectory, templateOf, testApp } from '../project-fixture';

const directory = new ProjectDirectory();
afterAll(() => directory.remove());

function project(app: App, role?: IRole): SageMakerProject {
  return new SageMakerProject(app, 'unet', {
    training: directory.training({ role }),
    hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge', role }),
  });
}

function actions(template: Template, match: object = {}): string[] {
  return Object.values(template.findResources('AWS::IAM::Policy', { Properties: match })).flatMap(
    ({ Properties }) =>
      (Properties.PolicyDocument.Statement as { Action: string | string[] }[]).flatMap(
        ({ Action }) => Action,
      ),
  );
}

test("what is granted to the training job, its role's policy has", () => {
  const app = testApp();
  const unet = project(app);
  const own = new Stack(app, 'own');
  new Bucket(own, 'Labels', { bucketName: 'labels-of-another-team' }).grantRead(unet.trainingJob);
  Secret.fromSecretNameV2(unet.trainingJob, 'Token', 'registry-token').grantRead(unet.trainingJob);
  unet.trainingJob.addToRolePolicy(
    new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: ['arn:aws:dynamodb:*:*:table/labels'] }),
  );

  const template = templateOf(app, 'unet-training');
  const [id] = Object.keys(
    template.findResources('AWS::IAM::Role', {
      Properties: {
        AssumeRolePolicyDocument: Match.objectLike({
          Statement: [Match.objectLike({ Principal: { Service: 'sagemaker.amazonaws.com' } })],
        }),
      },
    }),
  );
  expect(actions(template, { Roles: [{ Ref: id }] })).toEqual(
    expect.arrayContaining(['s3:GetObject*', 'secretsmanager:GetSecretValue', 'dynamodb:GetItem']),
  );
});

test("what is granted to the endpoint, its model's role has", () => {
  const app = testApp();
  const unet = project(app);
  unet.endpoint.addToRolePolicy(
    new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: ['arn:aws:dynamodb:*:*:table/labels'] }),
  );
  Secret.fromSecretNameV2(unet.endpoint, 'Token', 'feature-store').grantRead(unet.endpoint);

  expect(actions(templateOf(app, 'unet-endpoint'))).toEqual(
    expect.arrayContaining(['dynamodb:GetItem', 'secretsmanager:GetSecretValue']),
  );
});

test('a role of another stack trains and serves, with a policy of each stack beside its own', () => {
  const plain = testApp();
  project(plain);
  const app = testApp();
  const own = new Stack(app, 'own');
  project(app, new Role(own, 'Role', { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') }));
  // Throws if the stacks depend on each other in a circle.
  app.synth();

  templateOf(app, 'own').resourceCountIs('AWS::IAM::Policy', 0);
  const roleArn = { 'Fn::ImportValue': Match.stringLikeRegexp('own:ExportsOutputFnGetAttRole') };
  const training = templateOf(app, 'unet-training');
  training.hasResource('Custom::SageMakerTrainingJob', {
    Properties: { RoleArn: roleArn },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('JobRolePolicy')]),
  });
  training.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({ Action: 'iam:PassRole', Resource: roleArn })]),
    },
  });
  const endpoint = templateOf(app, 'unet-endpoint');
  endpoint.hasResource('AWS::SageMaker::Model', {
    Properties: { ExecutionRoleArn: roleArn },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('ModelRolePolicy')]),
  });
  const roleName = { Roles: [{ 'Fn::ImportValue': Match.stringLikeRegexp('own:ExportsOutputRefRole') }] };
  for (const stack of ['unet-training', 'unet-endpoint']) {
    // All that a role of the project's own may do, no more and no less.
    const other = templateOf(plain, stack);
    expect(actions(templateOf(app, stack)).toSorted()).toEqual(actions(other).toSorted());
    expect(actions(templateOf(app, stack), roleName)).toContain('s3:GetObject');
  }
});

test('a role that takes no policy gets none', () => {
  const app = testApp();
  const own = new Stack(app, 'own');
  const roleArn = 'arn:aws:iam::111122223333:role/data-science';
  project(app, Role.fromRoleArn(own, 'Role', roleArn, { mutable: false }));

  templateOf(app, 'unet-training').hasResourceProperties('Custom::SageMakerTrainingJob', {
    RoleArn: roleArn,
  });
  templateOf(app, 'unet-endpoint').hasResourceProperties('AWS::SageMaker::Model', {
    ExecutionRoleArn: roleArn,
  });
  for (const stack of ['unet-training', 'unet-endpoint']) {
    expect(
      templateOf(app, stack).findResources('AWS::IAM::Policy', { Properties: { Roles: ['data-science'] } }),
    ).toEqual({});
  }
});

test('fails where a part is asked for that was not declared', () => {
  const app = testApp();
  const idle = new SageMakerProject(app, 'idle', {});
  expect(() => idle.trainingJob).toThrow(ConfigurationError);
  expect(() => idle.endpoint).toThrow(
    expect.objectContaining({ problems: ['endpoint: there is none without hosting; give hosting'] }),
  );
});
