import fc from 'fast-check';
import { metricPattern } from '../../lib/training/metric-pattern';
import { ToolkitOracle } from '../commands/local/toolkit-oracle';

let oracle: ToolkitOracle;
beforeAll(() => {
  oracle = new ToolkitOracle();
});
afterAll(() => oracle.end());

const LINES = [
  'epoch=3/20; train:loss=0.512345; train:accuracy=0.801234; validation:loss=0.55; validation:accuracy=0.79;',
  'Train_error=0.1; Valid_error=1e-05;  ]x[ a.b',
  'loss: 5 - LOSS: 6 - {3} 10%',
  'aaa bbb abab',
  '',
];

function ours(regex: string): (string | null)[] {
  return LINES.map((line) => [...line.matchAll(metricPattern(regex))].at(-1)?.[1] ?? null);
}

function hasGroup(regex: string): boolean {
  return new RegExp(`${metricPattern(regex).source}|`).exec('')!.length > 1;
}

function matchesNothing(regex: string, line: string): boolean {
  return [...line.matchAll(metricPattern(regex))].some(([match]) => match === '');
}

test.each([
  'Train_error=(.*?);',
  'validation:loss=([0-9\\.]+)',
  '(?P<value>[0-9.]+);',
  '(?i)loss: (\\d+)',
  '(?:x)?([0-9]+)(?=;)',
  'loss=(?:x(\\d))?',
  '(a|)b',
  '(?:[a-z]+:)+loss=([0-9.]+)',
  '([]x[]+)',
  '([^]x]+)',
  '\\A(epoch)',
  '(\\w+)\\Z',
  '(\\S+)$',
  '(a{,2})b',
  '(?#comment)(b+)',
  '([0-9]+)%|([0-9]+)-',
  '\\b([a-z]:[a-z]+)=',
  '(?<=loss=)([\\d.e-]+)',
  '(?s)(.+)',
  '([\\]\\-.]+)',
])('finds what Python finds: %s', async (regex) => {
  expect(ours(regex)).toEqual(await oracle.ask({ regex, lines: LINES }));
});

test.each([
  ['(.*?){,2}(?P<n>a)', /what is repeated must match something \('\{,2\}' at 5\)/],
  ['(?:|a)*(b)', /what is repeated must match something/],
  ['(?:\\b)+(b)', /what is repeated must match something/],
  ['(?=b)?(b)', /what is repeated must match something/],
  ['(?:(a)|b)*', /a group that is repeated has no single value \('\*' at 9\)/],
  ['(a)\\1', /references to groups/],
])('refuses %s, which Python reads in another way', (regex, message) => {
  expect(() => metricPattern(regex)).toThrow(message);
});

/** Regular expressions of the usual pieces; some of them are none. */
const generatedRegex = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'b',
        '.',
        '\\d',
        '\\w',
        '\\s',
        '\\.',
        '\\A',
        '\\Z',
        '\\b',
        '[a-z]',
        '[^]]',
        '[]]',
        '(',
        ')',
        '(?:',
        '(?P<n>',
        '|',
      ],
      ...[
        '*',
        '+',
        '?',
        '*?',
        '{,2}',
        '{,}',
        '{0}',
        '(?P=n)',
        '\\1',
        '{1,}',
        '{2}',
        '=',
        ';',
        'loss',
        '(?i)',
        '(?=',
        '^',
        '$',
        '\\z',
        '(?>',
      ],
    ),
    { maxLength: 8 },
  )
  .chain((pieces) => fc.constantFrom(`(${pieces.join('')})`, pieces.join('')));

test('what can be written here means the same as in Python', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(generatedRegex, async (regex) => {
      let found: (string | null)[];
      try {
        found = ours(regex);
      } catch {
        return;
      }
      // No group, so no metric: `(?a)` is a flag. After an empty match, Python looks at the same place again.
      if (!hasGroup(regex) || LINES.some((line) => matchesNothing(regex, line))) {
        return;
      }
      compared += 1;
      expect(found).toEqual(await oracle.ask({ regex, lines: LINES }));
    }),
    { numRuns: 20_000 },
  );
  expect(compared).toBeGreaterThan(200);
}, 60_000);
