import { allows, chooseFramework, parseRequirements } from '../../../lib/commands/adopt/framework-choice';

test.each([
  ['', '2.19', true],
  ['==2.19.0', '2.19', true],
  ['==2.19.*', '2.19', true],
  ['==2.1', '2.19', false],
  ['>=2.16,<2.20', '2.19', true],
  ['>=2.16,<2.20', '2.21', false],
  ['~=2.19', '2.21', true],
  ['~=2.19.1', '2.21', false],
  ['<2.19', '2.19', false],
  ['<2.19.1', '2.19', true],
  ['>2.19', '2.19', false],
  ['!=2.19.1', '2.19', true],
  ['<3', '2.21', true],
  ['>=1.2', '1.9-0', true],
])("the specifier '%s' allows %s: %s", (specifier, version, expected) => {
  expect(allows(specifier, version)).toBe(expected);
});

test('requirements are read as pip does: comments, options, extras, markers', () => {
  const text =
    '# none\n-r other.txt\nTensorFlow[and-cuda] >= 2.16, < 2.20 ; python_version > "3.9"  # why\nscikit_learn';
  expect(parseRequirements(text)).toEqual([
    { name: 'tensorflow', specifier: '>=2.16,<2.20', line: 3 },
    { name: 'scikit-learn', specifier: '', line: 4 },
  ]);
});

test.each([
  ['', "Framework.tensorflow('2.21')", true],
  ['tensorflow>=2.16,<2.20', "Framework.tensorflow('2.19')", true],
  ['tensorflow==2.3.1', "Framework.tensorflow('2.3.1')", true],
  ['tensorflow==99.1', "Framework.tensorflow('2.21')", false],
])("with '%s', %s", (text, code, fits) => {
  const imports = [
    { module: 'sklearn', package: 'sklearn', file: 'a.py', line: 1 },
    { module: 'keras', package: 'keras', file: 'a.py', line: 2 },
  ];
  const chosen = chooseFramework({ imports }, parseRequirements(text));
  expect({ code: chosen?.code, fits: chosen?.fits }).toEqual({ code, fits });
});
