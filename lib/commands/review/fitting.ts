import { type Block, code, paragraph, type ReviewDocument, type Text, text } from './document';

/** How many characters a block takes, with what separates it from the next. */
export type Measure = (block: Block) => number;

/**
 * What gets room first: what is compared with what, since without it nothing else can be understood;
 * what has words that a reader must not miss; the rest; listings.
 */
const URGENCIES = ['head', 'strong', 'usual', 'listing'] as const;

type Urgency = (typeof URGENCIES)[number];

/** The least part of a block that is shown or left out: a paragraph, a line of a list, a row of a table, a whole listing. */
interface Piece {
  /** The block with nothing else in it. */
  readonly block: Block;
  readonly of: Pieces;
  readonly urgency: Urgency;
}

/** A block in pieces. */
interface Pieces {
  readonly block: Block;
  /** How grave its section is. */
  readonly gravity: number;
  /** The paragraph that says what a list is of: it is shown with it, since its lines alone would say something else. */
  readonly introduction: Pieces | undefined;
  readonly pieces: Piece[];
}

/**
 * As much of a document as there is room for: what a reader must not miss, then the rest, each from the gravest section on,
 * and listings last. What is left out of a section is counted at its end.
 * @param room characters of everything but the titles
 */
export function fitting(document: ReviewDocument, room: number, measure: Measure): ReviewDocument {
  const head = inPieces(document.blocks, 0, () => 'head');
  const sections = document.sections.map(({ blocks, gravity }) => inPieces(blocks, gravity, urgencyOf));
  // Each section may need the words of what it leaves out.
  let left = room - (1 + sections.length) * measure(leftOut(Number.MAX_SAFE_INTEGER));
  const kept = new Set<Piece>();
  const isOpen = ({ pieces }: Pieces) => pieces.some((piece) => kept.has(piece));
  const lengthOf = ({ block, of }: Piece) =>
    measure(block) - (isOpen(of) ? measure(only(block, () => false)) : 0) + 1;
  for (const piece of inOrder([head, ...sections].flat())) {
    const wanted = [...(piece.of.introduction?.pieces ?? []), piece].filter((each) => !kept.has(each));
    const length = wanted.reduce((sum, each) => sum + lengthOf(each), 0);
    if (length <= left) {
      wanted.forEach((each) => kept.add(each));
      left -= length;
    }
  }
  const shown = (blocks: readonly Pieces[]): Block[] => {
    const missing = blocks.flatMap(({ pieces }) => pieces).filter((piece) => !kept.has(piece));
    const lines = missing.reduce((sum, { of, block }) => sum + linesOf(block, of.block), 0);
    return [
      ...blocks.filter(isOpen).map(({ block, pieces }) => {
        if (block.kind !== 'listing') {
          return only(block, (index) => kept.has(pieces[index]!));
        }
        left += measure(pieces[0]!.block);
        const listing = fittingListing(block, left, measure);
        left -= measure(listing);
        return listing;
      }),
      ...(lines === 0 ? [] : [leftOut(lines)]),
    ];
  };
  return {
    ...document,
    blocks: shown(head),
    sections: document.sections.map((section, index) => ({ ...section, blocks: shown(sections[index]!) })),
  };
}

function inPieces(blocks: readonly Block[], gravity: number, urgency: (block: Block) => Urgency): Pieces[] {
  const all: Pieces[] = [];
  for (const block of blocks) {
    const former = all.at(-1);
    const introduction = block.kind === 'list' && former?.block.kind === 'paragraph' ? former : undefined;
    const of: Pieces = { block, gravity, introduction, pieces: [] };
    of.pieces.push(...cut(block).map((piece) => ({ block: piece, of, urgency: urgency(piece) })));
    all.push(of);
  }
  return all;
}

function cut(block: Block): Block[] {
  switch (block.kind) {
    case 'paragraph':
      return [block];
    case 'list':
      return block.items.map((item) => ({ ...block, items: [item] }));
    case 'table':
      return block.rows.map((row) => ({ ...block, rows: [row] }));
    case 'listing':
      // What fills it is seen at the end.
      return [firstLines(block, 0)];
  }
}

/** Those of a block's pieces that are shown; without one, what every piece of it repeats. */
function only(block: Block, isShown: (index: number) => boolean): Block {
  switch (block.kind) {
    case 'list':
      return { ...block, items: block.items.filter((_item, index) => isShown(index)) };
    case 'table':
      return { ...block, rows: block.rows.filter((_row, index) => isShown(index)) };
    default:
      return block;
  }
}

function urgencyOf(block: Block): Urgency {
  const isStrong = (content: Text) => content.some((part) => typeof part !== 'string' && 'strong' in part);
  const urgency = (texts: readonly Text[]) => (texts.some(isStrong) ? 'strong' : 'usual');
  switch (block.kind) {
    case 'paragraph':
      return urgency([block.text]);
    case 'list':
      return urgency(block.items.flatMap(({ text: line, items = [] }) => [line, ...items]));
    case 'table':
      return urgency(block.rows.flat());
    case 'listing':
      return 'listing';
  }
}

/** The pieces as they get room. */
function inOrder(blocks: readonly Pieces[]): Piece[] {
  return blocks
    .flatMap(({ pieces }) => pieces)
    .toSorted(
      (a, b) => URGENCIES.indexOf(a.urgency) - URGENCIES.indexOf(b.urgency) || b.of.gravity - a.of.gravity,
    );
}

function linesOf(piece: Block, whole: Block): number {
  if (whole.kind === 'listing') {
    return whole.lines.length;
  }
  return piece.kind === 'list' ? piece.items.reduce((sum, { items = [] }) => sum + 1 + items.length, 0) : 1;
}

function leftOut(lines: number): Block {
  return paragraph(text`… ${moreLines(lines)} for which a comment has no room: ${code('npm run review')}`);
}

function moreLines(lines: number): string {
  return lines === 1 ? '1 more line' : `${lines} more lines`;
}

type Listing = Extract<Block, { kind: 'listing' }>;

function firstLines(listing: Listing, end: number): Listing {
  const { lines } = listing;
  return end === lines.length
    ? listing
    : { ...listing, lines: [...lines.slice(0, end), `… ${moreLines(lines.length - end)}: npm run review`] };
}

/** As many of the first lines as there is room for; none, if need be. */
function fittingListing(listing: Listing, room: number, measure: Measure): Listing {
  if (measure(listing) <= room) {
    return listing;
  }
  let fits = 0;
  let tooMany = listing.lines.length;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (measure(firstLines(listing, middle)) <= room) {
      fits = middle;
    } else {
      tooMany = middle;
    }
  }
  return firstLines(listing, fits);
}
