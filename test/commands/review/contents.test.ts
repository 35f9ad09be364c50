import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { archiveOf, compressed } from '../../../lib/aws/deterministic-archive';
import { filesBelow } from '../../../lib/aws/directory-files';
import {
  archiveContents,
  compareContents,
  directoryContents,
  isSame,
} from '../../../lib/commands/review/contents';

const files = fc.dictionary(fc.constantFrom('a.txt', 'b.py', 'sub/a.txt', 'sub/deep/c'), fc.string(), {
  noNullPrototype: true,
});

/** Does something with a directory that has these files. */
function withFiles<T>(contents: Record<string, string>, use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'contents-'));
  try {
    for (const [path, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** An archive holds a script at least. */
function archived(contents: Record<string, string>) {
  return withFiles({ 'train.py': '', ...contents }, (directory) => {
    const archive = compressed(archiveOf(directory, filesBelow(directory)));
    return withFiles({}, (place) => {
      writeFileSync(join(place, 'archive.tar.gz'), archive);
      return archiveContents(join(place, 'archive.tar.gz'));
    });
  });
}

test.each([
  ['directories', (contents: Record<string, string>) => withFiles(contents, directoryContents)],
  ['archives', archived],
])('tells which files of %s came, went and changed', (_, read) => {
  fc.assert(
    fc.property(files, files, (before, after) => {
      const change = compareContents(read(before), read(after));
      const names = (record: Record<string, string>) => Object.keys(record).toSorted();
      expect(change).toEqual({
        added: names(after).filter((name) => !(name in before)),
        changed: names(after).filter((name) => name in before && before[name] !== after[name]),
        removed: names(before).filter((name) => !(name in after)),
      });
      expect(isSame(compareContents(read(after), read(after)))).toBe(true);
    }),
    { numRuns: 30 },
  );
});
