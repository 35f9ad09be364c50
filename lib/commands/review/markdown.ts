import { printable } from '../../aws/printable';
import { type Form, rendered, renderedBlock, type ReviewDocument, type Text } from './document';
import { fitting } from './fitting';

/** Characters of a review: GitHub takes comments of at most 65,536, and the workflow adds some words. */
const MAX_LENGTH = 60_000;

const MARKDOWN: Form = {
  title: (title) => `## ${title}`,
  // What a reader wants to know more of is opened.
  section: ({ title, answers }, blocks) => [
    `<details>\n<summary>${[`<b>${title}</b>`, ...answers].join(' · ')}</summary>`,
    ...blocks,
    '</details>',
  ],
  text: renderText,
  table: (header, rows) =>
    [header, header.map(() => '---'), ...rows.map((row) => row.map(renderCell))]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n'),
  listing: renderListing,
};

/** A review as GitHub's Markdown, as much of it as a comment takes. */
export function renderMarkdown(document: ReviewDocument): string {
  const titles = {
    ...document,
    blocks: [],
    sections: document.sections.map((of) => ({ ...of, blocks: [] })),
  };
  const room = MAX_LENGTH - lengthInComment(render(titles));
  return render(
    fitting(document, room, (block) => lengthInComment(`${printable(renderedBlock(block, MARKDOWN))}\n\n`)),
  );
}

function render(document: ReviewDocument): string {
  return printable(rendered(document, MARKDOWN));
}

/** The workflow that posts a review adds a character to each @, and three to what would begin a comment of HTML. */
function lengthInComment(markdown: string): number {
  return markdown.replaceAll('@', '@ ').replaceAll('<!--', '&lt;!--').length;
}

function renderListing(title: string, lines: readonly string[]): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return `<details>\n<summary>${title}</summary>\n\n${fence}diff\n${lines.map(diffLine).join('\n')}\n${fence}\n\n</details>`;
}

/** A line of a diff begins with what it is, so that GitHub colours it. */
function diffLine(line: string): string {
  const kind = /\[([-+~])\]/.exec(line)?.[1] ?? ' ';
  return `${kind === '~' ? '!' : kind} ${line}`;
}

function renderText(text: Text): string {
  return text.map(renderPart).join('');
}

/** A bar ends a cell even within a code span. */
function renderCell(text: Text): string {
  return text
    .map((part) => (typeof part === 'string' ? renderPart(part) : renderPart(part).replaceAll('|', '\\|')))
    .join('');
}

function renderPart(part: Text[number]): string {
  if (typeof part === 'string') {
    return escape(part);
  }
  return 'strong' in part ? `**${escape(part.strong)}**` : codeSpan(part.code);
}

/** A code span holds any characters on one line between more backticks than are in it. */
function codeSpan(value: string): string {
  const line = value.replaceAll(/\s*\n\s*/g, ' ');
  const ticks = '`'.repeat(longestRun(line) + 1);
  const padding = /^`|`$|^ .* $/.test(line) || line === '' ? ' ' : '';
  return `${ticks}${padding}${line}${padding}${ticks}`;
}

function longestRun(value: string): number {
  return Math.max(0, ...[...value.matchAll(/`+/g)].map(([run]) => run.length));
}

function escape(value: string): string {
  return value.replaceAll(/[\\`*_<>[\]|#~]/g, (character) => `\\${character}`);
}
