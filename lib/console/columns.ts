/** Rows as lines whose cells stand below each other, so many spaces apart. */
export function columns(rows: readonly (readonly string[])[], gap: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join(' '.repeat(gap))
        .trimEnd(),
    )
    .join('\n');
}
