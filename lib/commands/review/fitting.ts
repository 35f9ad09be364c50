import { type Block, byGravity, code, paragraph, type ReviewDocument, text } from './document';

/** What each section may say, in characters, however much the graver ones have to: its first lines. */
const SHARE = 3000;

/**
 * As much of a document as there is room for, the gravest section first. A section is told up to the line that has no room, so that
 * a list never stands without the words that say what it is of; the lines behind are counted.
 * @param room characters of everything but the titles
 * @param measure how many a block takes, with what separates it from the next
 */
export function fitting(
  document: ReviewDocument,
  room: number,
  measure: (block: Block) => number,
): ReviewDocument {
  const lengthOf = (blocks: readonly Block[]) => blocks.reduce((sum, block) => sum + measure(block), 0);
  let left = room;
  const fit = (blocks: readonly Block[], sectionsBehind: number): readonly Block[] => {
    const most = left - sectionsBehind * SHARE;
    const shown = lengthOf(blocks) <= most ? blocks : shortened(blocks, most, measure);
    left -= lengthOf(shown);
    return shown;
  };
  const blocks = fit(document.blocks, document.sections.length);
  const sections = new Map(
    byGravity(document.sections).map((section, index, { length }) => [
      section,
      { ...section, blocks: fit(section.blocks, length - 1 - index) },
    ]),
  );
  return { ...document, blocks, sections: document.sections.map((section) => sections.get(section)!) };
}

/** The first lines of some blocks, and how many more there are. */
function shortened(blocks: readonly Block[], room: number, measure: (block: Block) => number): Block[] {
  let left = room - measure(leftOut(Number.MAX_SAFE_INTEGER));
  const shown: Block[] = [];
  let missing = 0;
  for (const block of blocks) {
    const all = linesOf(block);
    const fits = missing > 0 ? 0 : most(all, (lines) => measure(firstLines(block, lines)) <= left);
    if (fits > 0) {
      shown.push(firstLines(block, fits));
      left -= measure(shown.at(-1)!);
    }
    missing += all - fits;
  }
  return [...shown, leftOut(missing)];
}

/** The greatest number up to a limit that fits, if all below it do. */
function most(limit: number, fits: (count: number) => boolean): number {
  let [least, tooMany] = [0, limit + 1];
  while (tooMany - least > 1) {
    const middle = Math.floor((least + tooMany) / 2);
    [least, tooMany] = fits(middle) ? [middle, tooMany] : [least, middle];
  }
  return least;
}

function linesOf(block: Block): number {
  switch (block.kind) {
    case 'paragraph':
      return 1;
    case 'list':
      return block.items.length;
    case 'table':
      return block.rows.length;
    case 'listing':
      return block.lines.length;
  }
}

function firstLines(block: Block, end: number): Block {
  switch (block.kind) {
    case 'paragraph':
      return block;
    case 'list':
      return { ...block, items: block.items.slice(0, end) };
    case 'table':
      return { ...block, rows: block.rows.slice(0, end) };
    case 'listing':
      return { ...block, lines: block.lines.slice(0, end) };
  }
}

function leftOut(lines: number): Block {
  const more = lines === 1 ? '1 more line' : `${lines} more lines`;
  return paragraph(text`… ${more} for which a comment has no room: ${code('npm run review')}`);
}
