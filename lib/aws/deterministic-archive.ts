import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { Header, PackSync, ReadEntry } from 'tar';
import { isExecutable } from './directory-contents';

/** So much of a file is in memory at once. */
const PIECE = 1024 ** 2;

/**
 * Writes a tar.gz of files, by their names in it and where they lie: the same bytes for the same names, contents and executable bits, whatever their times, owners and umask,
 * and whatever system compresses them. They pass through memory piece by piece: a model may be larger than it.
 */
export function writeArchive(path: string, files: ReadonlyMap<string, string>): void {
  const archive = openSync(path, 'w');
  try {
    const pack = new PackSync({ gzip: { level: 9, portable: true }, portable: true });
    pack.on('data', (chunk: Buffer) => {
      for (let written = 0; written < chunk.length;) {
        written += writeSync(archive, chunk, written);
      }
    });
    for (const [name, file] of files) {
      addFile(pack, file, name);
    }
    pack.end();
  } finally {
    closeSync(archive);
  }
}

/** Adds a file while it is read; tar's own way reads the whole before it writes any of it. */
function addFile(pack: PackSync, path: string, name: string): void {
  const { size, mode } = statSync(path);
  const entry = new ReadEntry(
    new Header({
      path: `./${name}`,
      type: 'File',
      size,
      mode: isExecutable(mode) ? 0o755 : 0o644,
      mtime: new Date(0),
    }),
  );
  pack.add(entry);
  const file = openSync(path, 'r');
  try {
    for (let left = size; left > 0;) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, left));
      const length = readSync(file, piece);
      if (length === 0) {
        throw new Error(`${path} became shorter while it was read`);
      }
      entry.write(piece.subarray(0, length));
      left -= length;
    }
    entry.end();
  } finally {
    closeSync(file);
  }
}
