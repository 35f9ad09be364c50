import { columns } from '../../console/columns';
import type { Block, ReviewDocument, Text } from './document';

/** A review as text for a terminal. */
export function renderPlainText({ title, blocks, sections }: ReviewDocument): string {
  const parts = [
    underlined(title, '='),
    ...blocks.map(renderBlock),
    ...sections.flatMap((section) => [underlined(section.title, '-'), ...section.blocks.map(renderBlock)]),
  ];
  return parts.join('\n\n');
}

function renderBlock(block: Block): string {
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
      return columns([block.header, ...block.rows.map((row) => row.map(renderText))], 3);
    case 'listing':
      return [`${block.title}:`, ...block.lines.map((line) => `  ${line}`.trimEnd())].join('\n');
  }
}

function renderText(text: Text): string {
  return text
    .map((part) => (typeof part === 'string' ? part : 'strong' in part ? part.strong : part.code))
    .join('');
}

function underlined(title: string, line: string): string {
  return `${title}\n${line.repeat(title.length)}`;
}
