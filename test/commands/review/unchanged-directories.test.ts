import { unchangedDirectories } from '../../../lib/commands/review/unchanged-directories';

const many = (directory: string) =>
  Array.from({ length: 600 }, (_, index) => ({ path: `${directory}/${index % 3}/${index}.jpg`, bytes: 1 }));
const large = (directory: string) => [{ path: `${directory}/video`, bytes: 10 ** 9 }];
const code = [{ path: 'lib/app.ts', bytes: 100 }];
const committed = [...code, ...many('data/photographs'), ...large('films')];

test.each<[string, string[], string, string[]]>([
  ['nothing differs', [], '', ['data', 'films']],
  ['code differs', ['lib/app.ts'], '', ['data', 'films']],
  ['a file differs', ['data/photographs/1/1.jpg'], '', ['films']],
  ['a file came beside', ['data/labels.csv'], '', ['data/photographs', 'films']],
  ['a directory came in it', ['data/photographs/new/'], '', ['films']],
  ['the project lies beside it', [], 'data/', ['data/photographs', 'films']],
])('where %s', (_, changed, project, expected) => {
  expect(unchangedDirectories(committed, changed, project)).toEqual(expected);
});

test('code is no dataset', () => {
  expect(unchangedDirectories(code, [], '')).toEqual([]);
});
