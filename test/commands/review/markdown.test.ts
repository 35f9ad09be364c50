import {
  code,
  list,
  paragraph,
  type ReviewDocument,
  strong,
  text,
} from '../../../lib/commands/review/document';
import { renderMarkdown } from '../../../lib/commands/review/markdown';
import { renderPlainText } from '../../../lib/commands/review/plain-text';

const document = (...blocks: ReviewDocument['blocks']): ReviewDocument => ({
  title: 'Title',
  blocks,
  sections: [],
});
const body = (...blocks: ReviewDocument['blocks']) =>
  renderMarkdown(document(...blocks)).replace('## Title\n\n', '');

test('a section reads the same in both forms', () => {
  const whole: ReviewDocument = {
    title: 'Title',
    blocks: [paragraph(text`Compared with ${code('0123abc')}.`)],
    sections: [
      {
        title: 'Question?',
        answers: ['retrains'],
        gravity: 0,
        blocks: [
          paragraph(text`${strong('Yes')}, since:`),
          ...list([
            text`${code('epochs')} changed`,
            { text: text`files`, items: [text`added: ${code('a.txt')}`] },
          ]),
          {
            kind: 'table',
            header: ['What', 'Cost'],
            rows: [
              [[code('endpoint')], ['$1']],
              [['all'], [strong('$1')]],
            ],
          },
          { kind: 'listing', title: 'stack', lines: ['[+] one', '[-] two'] },
        ],
      },
    ],
  };
  expect(renderMarkdown(whole)).toBe(`## Title

**Retrains**

Compared with \`0123abc\`.

<details>
<summary><b>Question?</b> · retrains</summary>

**Yes**, since:

- \`epochs\` changed
- files
  - added: \`a.txt\`

| What | Cost |
| --- | --- |
| \`endpoint\` | $1 |
| all | **$1** |

<details>
<summary>stack</summary>

\`\`\`diff
+ [+] one
- [-] two
\`\`\`

</details>

</details>`);
  expect(renderPlainText(whole)).toBe(`Title
=====

Retrains

Compared with 0123abc.

Question?
---------

Yes, since:

- epochs changed
- files
  - added: a.txt

What       Cost
endpoint   $1
all        $1

stack:
  [+] one
  [-] two`);
});

test.each([
  ['a`b', '``a`b``'],
  ['`', '`` ` ``'],
  ['a\nb', '`a b`'],
  ['<img src=x> @someone', '`<img src=x> @someone`'],
])('a name such as %j stays a name', (name, markdown) => {
  expect(body(paragraph([code(name)]))).toBe(markdown);
});

test('words are not Markdown', () => {
  expect(body(paragraph(['<b> [a](b) *c* _d_']))).toBe('\\<b\\> \\[a\\](b) \\*c\\* \\_d\\_');
});

test('a bar stays in its cell', () => {
  expect(body({ kind: 'table', header: ['a'], rows: [[[code('x|y')]], [['x|y']]] })).toBe(
    '| a |\n| --- |\n| `x\\|y` |\n| x\\|y |',
  );
});

test('a fence in a listing does not end it', () => {
  expect(body({ kind: 'listing', title: 't', lines: ['```', 'x'] })).toContain(
    '\n````diff\n  ```\n  x\n````\n',
  );
});

test('long listings are cut at a line, so that GitHub takes them all', () => {
  const lines = Array.from({ length: 400 }, (_, index) => `${index} ${'x'.repeat(90)}`);
  const listing = (title: string) => ({ kind: 'listing' as const, title, lines });
  const markdown = body(listing('one'), listing('two'), listing('three'));
  expect(markdown.length).toBeLessThanOrEqual(60_000);
  const [one, two, rest] = markdown.split('</details>');
  const shown = (part: string | undefined) => part!.split('\n').filter((line) => line.endsWith('x'));
  expect(shown(one)).toEqual(lines.map((line) => `  ${line}`));
  expect(shown(two)).toEqual(lines.slice(0, shown(two).length).map((line) => `  ${line}`));
  expect(shown(two).length).toBeGreaterThan(0);
  expect(rest).toContain(`\n… ${800 - shown(two).length} more lines for which a comment has no room`);
});
