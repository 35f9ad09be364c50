import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where hashes are kept between two runs: with the packages, since nobody misses either. */
const KEPT_HASHES = join(__dirname, '..', '..', 'node_modules', '.cache', 'file-hashes');

/** Of so many directories hashes are kept. */
const MAX_DIRECTORIES = 50;

/** Below this, reading the files is as fast as reading what is kept of them. */
const WORTH_KEEPING = 1024 ** 2;

/** What opening a file costs at least, in bytes read. */
const SMALLEST = 4096;

/** A file that changed so shortly before it was read, in ms, may change again without another time: the coarsest file systems count in 2 s. */
const UNSETTLED = 2000;

/** A file's hash, and what the file was like then. */
type Kept = readonly [
  inode: number,
  device: number,
  size: number,
  modified: number,
  changed: number,
  hash: string,
];

/**
 * SHA-256 of the files of a directory. Of a file that has the size, the times and the inode that it had, the hash is kept:
 * what did not change is not read again.
 */
export class FileHashes {
  private readonly kept: ReadonlyMap<number, Kept>;
  private readonly used: Kept[] = [];
  private readBytes = 0;

  /** @param path of the file that keeps the hashes */
  private constructor(private readonly path: string) {
    this.kept = new Map(readKept(path).map((kept) => [kept[0], kept]));
  }

  /** Those of the files of a directory, which is told by its real path. */
  public static of(directory: string, folder = KEPT_HASHES): FileHashes {
    const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
    return new FileHashes(join(folder, `${name}.json`));
  }

  /** The hash of a file's contents. @param stats as the file is now */
  public hash(path: string, { ino, dev, size, mtimeMs, ctimeMs }: Stats): string {
    const known = this.kept.get(ino);
    // Both times: a program may set the former back, and none the latter.
    if (known?.[1] === dev && known[2] === size && known[3] === mtimeMs && known[4] === ctimeMs) {
      this.used.push(known);
      return known[5];
    }
    const now = Date.now();
    const hash = hashOf(path);
    this.readBytes += Math.max(size, SMALLEST);
    if (now - Math.max(mtimeMs, ctimeMs) > UNSETTLED) {
      this.used.push([ino, dev, size, mtimeMs, ctimeMs, hash]);
    }
    return hash;
  }

  /** Keeps the hashes that were asked for, and no others. Where that fails, the files are read again the next time. */
  public keep(): void {
    if (this.readBytes < WORTH_KEEPING) {
      return;
    }
    const folder = join(this.path, '..');
    const part = `${this.path}.${process.pid}`;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(part, JSON.stringify(this.used));
      renameSync(part, this.path);
      const times = readdirSync(folder).map((name) => {
        const path = join(folder, name);
        return { path, time: statSync(path).mtimeMs };
      });
      for (const { path } of times.toSorted((a, b) => b.time - a.time).slice(MAX_DIRECTORIES)) {
        rmSync(path, { force: true });
      }
    } catch {
      rmSync(part, { force: true });
    }
  }
}

function readKept(path: string): Kept[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Kept[];
  } catch {
    // None yet, or one that another program broke.
    return [];
  }
}

const piece = Buffer.allocUnsafe(1024 ** 2);

/** Read piece by piece: a file may be larger than memory. */
function hashOf(path: string): string {
  const hash = createHash('sha256');
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
