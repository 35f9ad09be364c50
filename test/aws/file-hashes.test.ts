import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileHashes } from '../../lib/aws/file-hashes';

const MEBIBYTE = 1024 ** 2;
let root: string;
let file: string;
let kept: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hashes-'));
  file = join(root, 'data');
  kept = join(root, 'kept');
  mkdirSync(kept);
  writeFileSync(file, Buffer.alloc(MEBIBYTE, 1));
  // A whole second: parts of one cannot be set again exactly.
  utimesSync(file, 1_000_000_000, 1_000_000_000);
  jest.useFakeTimers({ now: Date.now() + 10_000 });
});

afterEach(() => {
  jest.useRealTimers();
  rmSync(root, { recursive: true });
});

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The hash of the file as another process would get it. */
function hash(): string {
  const hashes = FileHashes.of(root, kept);
  const found = hashes.hash(file, statSync(file));
  hashes.keep();
  return found;
}

/** Makes what is kept say another hash: who then says it has not read the file. */
function markKept(): void {
  const [name] = readdirSync(kept);
  const path = join(kept, name!);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/[0-9a-f]{64}/g, 'kept'));
}

test('a file that did not change is read once', () => {
  expect(hash()).toBe(sha256(file));
  markKept();
  expect(hash()).toBe('kept');
});

test.each(['ino', 'dev', 'size', 'mtimeMs', 'ctimeMs'] as const)(
  'a file of another %s is read again',
  (field) => {
    hash();
    markKept();
    const stats = statSync(file);
    stats[field] += 1;
    expect(FileHashes.of(root, kept).hash(file, stats)).toBe(sha256(file));
  },
);

test('a file whose contents changed is read again, though it has its former size and time', () => {
  hash();
  markKept();
  const { atime, mtime } = statSync(file);
  writeFileSync(file, Buffer.alloc(MEBIBYTE, 2));
  utimesSync(file, atime, mtime);
  expect(hash()).toBe(sha256(file));
});

test('of a file that changed a moment ago nothing is kept: it may change within the same tick', () => {
  jest.setSystemTime(statSync(file).ctimeMs + 1000);
  hash();
  expect(readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8'))).toEqual(['[]']);
});

test('what nobody can read is as good as nothing', () => {
  hash();
  writeFileSync(join(kept, readdirSync(kept)[0]!), '{');
  expect(hash()).toBe(sha256(file));
});

test('hashes of few small files are not kept', () => {
  writeFileSync(file, 'x');
  hash();
  expect(readdirSync(kept)).toEqual([]);
});
