import { columns, paragraphs } from '../../console/columns';
import { type Form, rendered, type ReviewDocument, type Text } from './document';

const PLAIN_TEXT: Form = {
  title: (title) => underlined(title, '='),
  section: ({ title }, blocks) => [underlined(title, '-'), ...blocks],
  text: renderText,
  table: (header, rows) => columns([header, ...rows.map((row) => row.map(renderText))], 3),
  listing: (title, lines) => [`${title}:`, ...lines.map((line) => `  ${line}`.trimEnd())].join('\n'),
};

/** A review as text for a terminal. */
export function renderPlainText(document: ReviewDocument): string {
  return paragraphs(rendered(document, PLAIN_TEXT));
}

function renderText(text: Text): string {
  return text
    .map((part) => (typeof part === 'string' ? part : 'strong' in part ? part.strong : part.code))
    .join('');
}

function underlined(title: string, line: string): string {
  return `${title}\n${line.repeat(title.length)}`;
}
