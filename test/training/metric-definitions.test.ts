import { metricDefinitionProblems } from '../../lib/training/metric-definitions';

const definition = (regex: string, name = 'm') => [{ name, regex }];

test.each<[string, { name: string; regex: string }[], string]>([
  [
    'no group',
    definition('loss=[0-9.]+'),
    "metricDefinitions: the regex of 'm', 'loss=[0-9.]+', has no group: put the number in one, such as 'loss=[0-9.]+([0-9.]+)'",
  ],
  [
    'a group that captures nothing',
    definition('(?:a)'),
    "metricDefinitions: the regex of 'm', '(?:a)', has no group: put the number in one, such as '(?:a)([0-9.]+)'",
  ],
  [
    'an open group',
    definition('loss=('),
    "metricDefinitions: the regex of 'm', 'loss=(', cannot be read: Invalid regular expression: /loss=(/g: Unterminated group",
  ],
  [
    'an open class',
    definition('([0-9)'),
    "metricDefinitions: the regex of 'm', '([0-9)', cannot be read: a character class has no end",
  ],
  [
    'verbose mode',
    definition('(?x)(a)'),
    "metricDefinitions: the regex of 'm', '(?x)(a)', cannot be read: the flag (?x) is not supported; write the expression without it",
  ],
  [
    'an unknown escape',
    definition('\\y(a)'),
    "metricDefinitions: the regex of 'm', '\\y(a)', cannot be read: an escape that Python does not know ('\\y' at 0)",
  ],
  [
    'an empty regex',
    definition(''),
    "metricDefinitions: the regex of 'm' has 0 characters, 1 to 500 on one line are allowed",
  ],
  [
    'a long regex',
    definition(`(${'a'.repeat(499)})`),
    "metricDefinitions: the regex of 'm' has 501 characters, 1 to 500 on one line are allowed",
  ],
  [
    'an empty name',
    definition('(a)', ''),
    "metricDefinitions: the name '' has 0 characters, 1 to 255 on one line are allowed",
  ],
  [
    'a long name',
    definition('(a)', 'n'.repeat(256)),
    `metricDefinitions: the name '${'n'.repeat(60)}…' has 256 characters, 1 to 255 on one line are allowed`,
  ],
  [
    'the same name twice',
    [...definition('(a)'), ...definition('(b)')],
    "metricDefinitions: the name 'm' is there twice; give each metric a name of its own",
  ],
  [
    'too many',
    Array.from({ length: 41 }, (_, index) => ({ name: `m${index}`, regex: '(a)' })),
    'metricDefinitions: 41 of them, at most 40',
  ],
])('fails for %s', (_, definitions, problem) => {
  expect(metricDefinitionProblems(definitions)).toEqual([problem]);
});

test('takes the walkthrough’s definitions, and Python’s own spellings', () => {
  expect(
    metricDefinitionProblems([
      { name: 'train:error', regex: 'Train_error=(.*?);' },
      { name: 'named', regex: '(?i)loss=(?P<value>[0-9.]+)' },
      { name: 'either', regex: 'a=(\\d+)|b=(\\d+)' },
    ]),
  ).toEqual([]);
});
