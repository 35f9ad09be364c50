import { posix } from 'node:path';

/** From so many files on, or so many bytes, a directory is a dataset: it takes longer to check out than all the code. */
const MANY_FILES = 500;
const MANY_BYTES = 64 * 1024 ** 2;

/** A file of a commit. */
export interface CommittedFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * The large directories of a commit that the working tree has just so, outermost ones; paths from the repository's top.
 * @param changed what differs, or is in one of them only; directories with a slash at their end
 * @param project the directory of the project, which is none of them; '' for the top
 */
export function unchangedDirectories(
  committed: readonly CommittedFile[],
  changed: readonly string[],
  project: string,
): string[] {
  const touched = new Set(['.', ...[...changed, `${project}/x`].flatMap(directoriesAbove)]);
  const sizes = new Map<string, { files: number; bytes: number }>();
  for (const { path, bytes } of committed) {
    for (const directory of directoriesAbove(path)) {
      const size = sizes.get(directory) ?? { files: 0, bytes: 0 };
      size.files += 1;
      size.bytes += bytes;
      sizes.set(directory, size);
    }
  }
  const found = [...sizes]
    .filter(
      ([directory, { files, bytes }]) =>
        !touched.has(directory) && (files >= MANY_FILES || bytes >= MANY_BYTES),
    )
    .map(([directory]) => directory);
  const all = new Set(found);
  return found.filter((directory) => !directoriesAbove(directory).some((above) => all.has(above)));
}

/** The directories that a path lies in; a directory lies in itself if a slash ends it. */
function directoriesAbove(path: string): string[] {
  const directories: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    directories.push(posix.normalize(path.slice(0, at)));
  }
  return directories;
}
