/** Something to be shown as it is written: a name, a value. */
export interface Code {
  readonly code: string;
}

/** Something that a reader must not miss. */
export interface Strong {
  readonly strong: string;
}

/** Words with names and values in them. */
export type Text = readonly (string | Code | Strong)[];

/** A line of a list, with lines below it. */
export interface Item {
  readonly text: Text;
  readonly items?: readonly Text[];
}

/** A part of a section. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | {
      readonly kind: 'table';
      readonly header: readonly string[];
      readonly rows: readonly (readonly Text[])[];
    }
  /** Lines of fixed width, folded where that is possible. */
  | { readonly kind: 'listing'; readonly title: string; readonly lines: readonly string[] };

/** A question and its answer. */
export interface Section {
  readonly title: string;
  /** What the verdict says of it, in a few words each; what is worst first. */
  readonly answers: readonly string[];
  /** Sections are told from the gravest (of the highest) on, and get room in that order. */
  readonly gravity: number;
  readonly blocks: readonly Block[];
}

/** What a review says, before it is Markdown or plain text. */
export interface ReviewDocument {
  readonly title: string;
  /** What is compared with what, and what a reader should know about it. */
  readonly blocks: readonly Block[];
  /** In the order of the verdict's words. */
  readonly sections: readonly Section[];
}

/** The whole in one line, as in `Retrains, at most $1.47 · +$370/month · no new access`. */
function verdict({ sections }: ReviewDocument): string {
  const line = sections.flatMap(({ answers }) => answers).join(' · ');
  return `${line.slice(0, 1).toUpperCase()}${line.slice(1)}`;
}

/** The gravest first. */
export function byGravity(sections: readonly Section[]): Section[] {
  return sections.toSorted((a, b) => b.gravity - a.gravity);
}

/** A name or a value, as it is written. */
export function code(value: string): Code {
  return { code: value };
}

/** Words that a reader must not miss. */
export function strong(value: string): Strong {
  return { strong: value };
}

/** A text from a template literal, whose values are names, strong words, strings, or texts. */
export function text(
  literal: TemplateStringsArray,
  ...values: readonly (string | Code | Strong | Text)[]
): Text {
  return literal
    .flatMap((words, index) => [words, ...(index < values.length ? [values[index]!].flat() : [])])
    .filter((part): part is Text[number] => part !== '');
}

/** Texts with a separator between them. */
export function joined(texts: readonly Text[], separator: string): Text {
  return texts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** A paragraph. */
export function paragraph(content: Text): Block {
  return { kind: 'paragraph', text: content };
}

/** A list, or nothing for no items. */
export function list(items: readonly (Item | Text)[]): Block[] {
  return items.length === 0
    ? []
    : [{ kind: 'list', items: items.map((item) => ('text' in item ? item : { text: item })) }];
}

/** How a form of a document writes its parts. */
export interface Form {
  readonly title: (title: string) => string;
  /** @param blocks what it says, in this form */
  readonly section: (section: Section, blocks: readonly string[]) => readonly string[];
  readonly text: (content: Text) => string;
  readonly table: (header: readonly string[], rows: readonly (readonly Text[])[]) => string;
  readonly listing: (title: string, lines: readonly string[]) => string;
}

/** A document in a form: the verdict first, and then the gravest. */
export function rendered(document: ReviewDocument, form: Form): string {
  const { title, blocks, sections } = document;
  const all = (of: readonly Block[]) => of.map((block) => renderedBlock(block, form));
  return [
    form.title(title),
    ...(sections.length > 0 ? [form.text([strong(verdict(document))])] : []),
    ...all(blocks),
    ...byGravity(sections).flatMap((section) => form.section(section, all(section.blocks))),
  ].join('\n\n');
}

/** A block in a form. */
export function renderedBlock(block: Block, form: Form): string {
  const line = (indent: string) => (content: Text) => `${indent}- ${form.text(content)}`;
  switch (block.kind) {
    case 'paragraph':
      return form.text(block.text);
    case 'list':
      return block.items
        .flatMap(({ text: content, items = [] }) => [line('')(content), ...items.map(line('  '))])
        .join('\n');
    case 'table':
      return form.table(block.header, block.rows);
    case 'listing':
      return form.listing(block.title, block.lines);
  }
}
