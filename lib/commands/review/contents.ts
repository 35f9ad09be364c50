import type { Contents } from '../../aws/directory-contents';

/** How one set of files became another; paths in order. */
export interface ContentsChange {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Compares two sets of files. */
export function compareContents(before: Contents, after: Contents): ContentsChange {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return {
    added: paths.filter((path) => !before.has(path)),
    changed: paths.filter(
      (path) => before.has(path) && after.has(path) && before.get(path) !== after.get(path),
    ),
    removed: paths.filter((path) => !after.has(path)),
  };
}
