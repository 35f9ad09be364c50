import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { readContents } from '../../../lib/aws/directory-contents';
import { directoryFiles } from '../../../lib/aws/directory-files';
import { compareContents } from '../../../lib/commands/review/contents';

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

test.each(['files', 'archive'] as const)('tells which %s came, went and changed', (form) => {
  const read = (contents: Record<string, string>) =>
    withFiles(contents, (directory) => readContents(directory, directoryFiles(directory), form));
  fc.assert(
    fc.property(files, files, (before, after) => {
      const change = compareContents(read(before), read(after));
      const names = (record: Record<string, string>) => Object.keys(record).toSorted();
      expect(change).toEqual({
        added: names(after).filter((name) => !(name in before)),
        changed: names(after).filter((name) => name in before && before[name] !== after[name]),
        removed: names(before).filter((name) => !(name in after)),
      });
      expect(compareContents(read(after), read(after))).toEqual({ added: [], changed: [], removed: [] });
    }),
    { numRuns: 30 },
  );
});
