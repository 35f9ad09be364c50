import type { AssemblyStack } from '../../../lib/assembly/cloud-assembly';
import type { TemplateResource } from '../../../lib/aws/template';
import { reviewOf, sectionOf } from './assemblies';

type Resources = Readonly<Record<string, TemplateResource>>;

/** The list lines of one answer about a stack whose resources change. */
function lines(question: string, before: Resources, after: Resources): string[] {
  const stacks = (resources: Resources): AssemblyStack[] => [
    { name: 'stack', template: { Resources: resources }, assets: new Map() },
  ];
  const answer = sectionOf(question, reviewOf(stacks(before), stacks(after))!)!;
  return answer.split('\n').filter((line) => line.startsWith('- ') || line.endsWith(':'));
}

const bucket = (more: Partial<TemplateResource> = {}): TemplateResource => ({
  Type: 'AWS::S3::Bucket',
  ...more,
});

function bucketPolicy(...statements: Record<string, unknown>[]): TemplateResource {
  return {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Bucket' },
      PolicyDocument: { Version: '2012-10-17', Statement: statements },
    },
  };
}

// A bucket's policy is about that bucket, whatever its statements name.
const everyone = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
const notEveryone = { ...everyone, Effect: 'Deny' };

describe('who gains access', () => {
  const access = (before: Resources, after: Resources) => lines('Who gains access?', before, after);

  test('anyone comes first', () => {
    const own = {
      Effect: 'Allow',
      Principal: { Service: 'logging.s3.amazonaws.com' },
      Action: 's3:*',
      Resource: '*',
    };
    const policy = (...statements: Record<string, unknown>[]) => ({
      Bucket: bucket(),
      Policy: bucketPolicy(...statements),
    });
    expect(access(policy(), policy(own, everyone))).toEqual([
      '**2 permissions more**, what reaches farthest first:',
      '- **anyone** may `s3:GetObject` on `stack/Bucket`',
      '- `logging.s3.amazonaws.com` may `s3:*` on `stack/Bucket`',
    ]);
  });

  test('a prohibition that goes is access gained, one that comes is access taken', () => {
    const none = { Bucket: bucket(), Policy: bucketPolicy() };
    const some = { Bucket: bucket(), Policy: bucketPolicy(notEveryone) };
    expect(access(some, none)).toEqual([
      '**1 permission more**, what reaches farthest first:',
      '- no longer holds: **anyone** may not `s3:GetObject` on `stack/Bucket`',
    ]);
    expect(access(none, some)).toEqual([
      'Taken away:',
      '- new: **anyone** may not `s3:GetObject` on `stack/Bucket`',
    ]);
  });

  test('a prohibition that comes or goes with its bucket takes and gives nothing', () => {
    const some = { Bucket: bucket(), Policy: bucketPolicy(notEveryone) };
    expect(access({}, some)).toEqual([]);
    expect(access(some, {})).toEqual([]);
  });

  test('a managed policy of everything comes before a narrow one', () => {
    const role = (...ManagedPolicyArns: string[]) => ({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { Statement: [] }, ManagedPolicyArns },
      },
    });
    const arn = (name: string) => `arn:aws:iam::aws:policy/${name}`;
    expect(access(role(), role(arn('AWSLambdaBasic'), arn('AmazonSageMakerFullAccess')))).toEqual([
      '**2 permissions more**, what reaches farthest first:',
      '- `stack/Role` has the managed policy `arn:aws:iam::aws:policy/AmazonSageMakerFullAccess`',
      '- `stack/Role` has the managed policy `arn:aws:iam::aws:policy/AWSLambdaBasic`',
    ]);
  });

  test('a security group opens', () => {
    const group = (...SecurityGroupIngress: object[]) => ({
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'g', SecurityGroupIngress } },
    });
    const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' };
    expect(access(group(), group(ssh))).toEqual([
      '**1 permission more**, what reaches farthest first:',
      '- `stack/Group` takes `TCP 22` from `Everyone (IPv4)`',
    ]);
  });

  test('a bucket loses its guard', () => {
    const guarded = (BlockPublicPolicy: boolean) => ({
      Bucket: bucket({
        Properties: { PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy } },
      }),
    });
    expect(access(guarded(true), guarded(false))).toEqual([
      '**1 permission more**, what reaches farthest first:',
      '- `stack/Bucket` is no longer guarded against **public access**: `BlockPublicPolicy`',
    ]);
  });
});

describe('what is replaced or destroyed', () => {
  const fate = (before: TemplateResource, after?: TemplateResource) =>
    lines(
      'What is replaced',
      { It: before, Other: bucket() },
      after ? { It: after, Other: bucket() } : { Other: bucket({ Metadata: {} }) },
    );
  const named = (BucketName: string, more: Partial<TemplateResource> = {}) =>
    bucket({ Properties: { BucketName }, ...more });
  const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

  test.each<[string, TemplateResource, TemplateResource | undefined, string]>([
    [
      'a bucket that goes',
      bucket(),
      undefined,
      '- **Data loss**: `stack/It` is deleted, and all objects in it are lost',
    ],
    [
      'a bucket that stays behind',
      bucket(kept),
      undefined,
      '- `stack/It` stays in the account, and no stack manages it any more',
    ],
    [
      'a bucket with another name',
      named('one'),
      named('two'),
      '- **Data loss**: `stack/It` is replaced (`BucketName`), and all objects in it are lost',
    ],
    [
      'a retained bucket with another name',
      named('one', kept),
      named('two', kept),
      '- `stack/It` is replaced (`BucketName`); the former one stays in the account',
    ],
    [
      'a bucket that is no longer retained',
      bucket(kept),
      bucket(),
      '- **Less safe**: from now on `stack/It` is deleted with its stack, and all objects in it are lost; before, it stayed',
    ],
    [
      'an endpoint with another name',
      { Type: 'AWS::SageMaker::Endpoint', Properties: { EndpointName: 'one' } },
      { Type: 'AWS::SageMaker::Endpoint', Properties: { EndpointName: 'two' } },
      '- **Outage**: `stack/It` is replaced (`EndpointName`), and it answers no more',
    ],
    [
      'an upload whose files go',
      { Type: 'Custom::CDKBucketDeployment', Properties: { RetainOnDelete: false } },
      undefined,
      '- **Data loss**: `stack/It` is deleted, and the dataset that it uploaded is deleted',
    ],
    [
      'an upload whose files stay',
      { Type: 'Custom::CDKBucketDeployment', Properties: { RetainOnDelete: true } },
      undefined,
      '- `stack/It` is deleted',
    ],
  ])('%s', (_, before, after, line) => {
    expect(fate(before, after)).toEqual([line]);
  });
});
