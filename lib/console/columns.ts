/** A column that is folded stays at least so wide, in characters. */
const NARROWEST = 8;

/**
 * Rows as lines whose cells stand below each other, so many spaces apart. Where a terminal is too narrow for them, the widest columns
 * are folded: a cell goes on below itself.
 * @param width that of the terminal; a file, or a program that reads, gets one line for each row
 */
export function columns(
  rows: readonly (readonly string[])[],
  gap: number,
  width = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const gaps = gap * (widths.length - 1);
  for (;;) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST || gaps + widths.reduce((sum, each) => sum + each, 0) <= width) {
      break;
    }
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return rows.flatMap((row) => folded(row, widths, ' '.repeat(gap))).join('\n');
}

/** Text whose lines are folded at the terminal's width; a bullet's line goes on below its own text. */
export function paragraphs(text: string, width = process.stdout.columns ?? Number.POSITIVE_INFINITY): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const indent = /^ *(- )?/.exec(line)![0].length;
      const lines = foldedCell(line.slice(indent), Math.max(width - indent, NARROWEST));
      return lines.map((part, place) => (place === 0 ? line.slice(0, indent) : ' '.repeat(indent)) + part);
    })
    .join('\n');
}

/** The lines of one row. */
function folded(row: readonly string[], widths: readonly number[], gap: string): string[] {
  const cells = row.map((cell, column) => foldedCell(cell, widths[column]!));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => (cell[line] ?? '').padEnd(widths[column]!))
      .join(gap)
      .trimEnd(),
  );
}

/** Breaks at a blank where there is one, or else within a name. */
function foldedCell(cell: string, width: number): string[] {
  const lines: string[] = [];
  let rest = cell;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const end = blank > 0 ? blank : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
