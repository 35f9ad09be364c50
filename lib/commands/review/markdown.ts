import { printable } from '../../aws/printable';
import type { Block, ReviewDocument, Text } from './document';

/** Characters of all listings together: GitHub takes comments of at most 65,536. */
const MAX_LISTINGS_LENGTH = 45_000;

/** A review as GitHub's Markdown. */
export function renderMarkdown({ title, blocks, sections }: ReviewDocument): string {
  let room = MAX_LISTINGS_LENGTH;
  const render = (block: Block): string => {
    if (block.kind !== 'listing') {
      return renderBlock(block);
    }
    const lines = fitting(block.lines, room);
    room -= lengthOf(lines);
    return renderListing(block.title, lines);
  };
  const parts = [
    `## ${title}`,
    ...blocks.map(render),
    ...sections.flatMap((section) => [`### ${section.title}`, ...section.blocks.map(render)]),
  ];
  return printable(parts.join('\n\n'));
}

function renderBlock(block: Exclude<Block, { kind: 'listing' }>): string {
  switch (block.kind) {
    case 'paragraph':
      return renderText(block.text);
    case 'list':
      return block.items
        .flatMap(({ text, items = [] }) => [
          `- ${renderText(text)}`,
          ...items.map((item) => `  - ${renderText(item)}`),
        ])
        .join('\n');
    case 'table':
      return [block.header, block.header.map(() => '---'), ...block.rows.map((row) => row.map(renderCell))]
        .map((cells) => `| ${cells.join(' | ')} |`)
        .join('\n');
  }
}

/** As many of the first lines as there is room for, and a word of those that are left out. */
function fitting(lines: readonly string[], room: number): readonly string[] {
  if (lengthOf(lines) <= room) {
    return lines;
  }
  let length = 0;
  const end = lines.findIndex((line) => (length += line.length + 1) > room);
  return [...lines.slice(0, end), `… ${lines.length - end} more lines: npm run review`];
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((length, line) => length + line.length + 1, 0);
}

function renderListing(title: string, lines: readonly string[]): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return `<details>\n<summary>${title}</summary>\n\n${fence}\n${lines.join('\n')}\n${fence}\n\n</details>`;
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
