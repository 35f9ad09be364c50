import { TemplateResolver } from '../../lib/aws/template-resolver';

const known = new TemplateResolver(
  { Mappings: { Map: { here: { size: '3' } } } },
  { reference: (name) => (name === 'Here' ? 'here' : undefined) },
);

test.each<[unknown, string | undefined]>([
  [true, 'true'],
  [{ 'Fn::Sub': '${Here}!' }, 'here!'],
  [{ 'Fn::FindInMap': ['Map', { Ref: 'Here' }, 'size'] }, '3'],
  [{ 'Fn::FindInMap': ['Map', { Ref: 'There' }, 'size'] }, undefined],
  [{ 'Fn::FindInMap': ['Map', 'there', 'size'] }, undefined],
  [{ 'Fn::Join': ['', ['a', { Ref: 'There' }]] }, undefined],
  [{ 'Fn::Join': [',', { Ref: 'Here' }] }, undefined],
  [{ 'Fn::Select': [2, ['a', 'b']] }, undefined],
  [{ 'Fn::ImportValue': 'other' }, undefined],
  [{ 'Fn::GetAZs': '' }, undefined],
  [{ a: 1 }, undefined],
  [null, undefined],
])('%j is the text %j', (value, text) => {
  expect(known.text(value)).toBe(text);
});

test('what only a deploy tells is what the reader says', () => {
  const told = new TemplateResolver(
    {},
    {
      reference: (name) => `<${name}>`,
      imported: (name) => `<import ${name}>`,
      untold: (name, argument) => `<${name} ${JSON.stringify(argument)}>`,
    },
  );
  expect(
    told.resolve({
      reference: { Ref: 'Bucket' },
      attribute: { 'Fn::GetAtt': 'Bucket.Arn' },
      imported: { 'Fn::Sub': ['${It}/*', { It: { 'Fn::ImportValue': 'other' } }] },
      selected: { 'Fn::Select': [1, { 'Fn::Split': ['s3://', { Ref: 'Url' }] }] },
      list: { 'Fn::Join': [',', { Ref: 'List' }] },
      unmapped: { 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'size'] },
    }),
  ).toEqual({
    reference: '<Bucket>',
    attribute: '<Bucket.Arn>',
    imported: '<import other>/*',
    selected: '<Fn::Select [1,["<Url>"]]>',
    list: '<Fn::Join [",","<List>"]>',
    unmapped: '<Fn::FindInMap ["Map","<AWS::Region>","size"]>',
  });
});
