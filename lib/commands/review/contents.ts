import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { list } from 'tar';
import { filesBelow } from '../../aws/directory-files';

/** Files and the hash of what is in each: path with forward slashes → hash. */
export type Contents = ReadonlyMap<string, string>;

/** How one set of files became another; paths in order. */
export interface ContentsChange {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The contents of a directory. */
export function directoryContents(directory: string): Contents {
  return new Map(filesBelow(directory).map((file) => [file, fileHash(join(directory, file))]));
}

/** The contents of a tar archive, compressed or not. An executable bit is part of a file's contents. */
export function archiveContents(archive: string): Contents {
  const contents = new Map<string, string>();
  list({
    file: archive,
    sync: true,
    onReadEntry: (entry) => {
      const hash = createHash('sha256').update(`${entry.mode}\n`);
      entry.on('data', (chunk) => void hash.update(chunk));
      entry.on('end', () => contents.set(entry.path.replace(/^\.\//, ''), hash.digest('hex')));
    },
  });
  return contents;
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

/** Whether a comparison found no difference. */
export function isSame({ added, changed, removed }: ContentsChange): boolean {
  return added.length + changed.length + removed.length === 0;
}

/** Read piece by piece: a file may be larger than memory. */
function fileHash(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1024 * 1024);
  const file = openSync(path, 'r');
  try {
    for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
      hash.update(piece.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
