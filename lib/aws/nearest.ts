/** The name that was probably meant, of those that there are; undefined where none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.replaceAll(/[^a-zA-Z0-9]/g, '').toLowerCase();
  const [best] = names
    .map((known) => ({ known, distance: editDistance(plain(name), plain(known)) }))
    .sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(1, Math.floor(best.known.length / 3)) ? best.known : undefined;
}

/** Levenshtein's: the least letters to insert, delete and replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_item, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const above = row;
    row = [index + 1];
    for (const [place, other] of [...to].entries()) {
      row.push(Math.min(row[place]! + 1, above[place + 1]! + 1, above[place]! + Number(letter !== other)));
    }
  }
  return row.at(-1)!;
}
