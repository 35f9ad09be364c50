import type { AssemblyStack } from '../../lib/assembly/cloud-assembly';
import { stackResolver } from '../../lib/assembly/stack-resolver';
import type { Template } from '../../lib/aws/template';

const stack = (name: string, template: Template): AssemblyStack => ({ name, template, assets: new Map() });

const first = stack('first', {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Parameter: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: '/a/url', Value: { 'Fn::GetAtt': ['Job', 'Url'] } },
    },
  },
  Outputs: { Out: { Value: { Ref: 'Bucket' }, Export: { Name: 'first:Bucket' } } },
});
const second = stack('second', {
  Parameters: {
    Plain: { Type: 'String', Default: 'default' },
    Url: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a/url' },
  },
  Mappings: { Map: { 'eu-west-1': { account: '123' } } },
});
const resolver = stackResolver(second, [first, second], 'eu-west-1');

test.each<[string, unknown, unknown]>([
  ['a literal', { a: [1, true, null] }, { a: [1, true, null] }],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
  ['a parameter', { Ref: 'Plain' }, 'default'],
  ["a parameter of another stack's making", { Ref: 'Url' }, 'Job.Url'],
  ['a resource', { Ref: 'Thing' }, 'Thing'],
  ['an attribute', { 'Fn::GetAtt': ['Thing', 'Arn'] }, 'Thing.Arn'],
  ['a join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Partition' }]] }, 'a-aws'],
  [
    'a substitution',
    { 'Fn::Sub': 's3://b-${AWS::AccountId}/${Plain}/${!x}' },
    's3://b-000000000000/default/${!x}',
  ],
  ['a substitution with values', { 'Fn::Sub': ['${A}', { A: { Ref: 'Plain' } }] }, 'default'],
  ['a part', { 'Fn::Select': [1, { 'Fn::Split': ['s3://', 's3://bucket/key'] }] }, 'bucket/key'],
  ['a mapping', { 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'account'] }, '123'],
  ['an import', { 'Fn::ImportValue': 'first:Bucket' }, 'Bucket'],
  ['base64', { 'Fn::Base64': 'hi' }, 'aGk='],
])('resolves %s', (_title, value, expected) => {
  expect(resolver.resolve(value)).toEqual(expected);
});

test('what a mapping does not have for the region, or nothing tells before a deploy, is undefined where that is asked for', () => {
  const find = (region: unknown) => ({ 'Fn::FindInMap': ['Map', region, 'account'] });
  expect(resolver.resolveIfKnown({ a: find('eu-west-1') })).toEqual({ a: '123' });
  expect(resolver.resolveIfKnown({ a: find('eu-north-1') })).toBeUndefined();
  expect(resolver.resolveIfKnown({ 'Fn::GetAZs': '' })).toBeUndefined();
  expect(() => resolver.resolve({ 'Fn::GetAZs': '' })).toThrow('cannot be resolved without a deploy');
});

test('fails for what no stack exports, what no mapping holds, and what only a deploy can tell', () => {
  expect(() => resolver.resolve({ 'Fn::ImportValue': 'gone' })).toThrow(
    "imports 'gone', which no stack of this app exports",
  );
  expect(() => resolver.resolve({ 'Fn::FindInMap': ['Map', 'x', 'account'] })).toThrow(
    "knows nothing of 'x' in its mapping Map",
  );
  expect(() => resolver.resolve({ 'Fn::GetAZs': '' })).toThrow(
    'Fn::GetAZs cannot be resolved without a deploy',
  );
});
