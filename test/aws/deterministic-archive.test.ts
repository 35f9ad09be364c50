import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { writeArchive } from '../../lib/aws/deterministic-archive';
import { directoryFiles } from '../../lib/aws/directory-files';

const folder = mkdtempSync(join(tmpdir(), 'archive-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(root: string, files: Record<string, string>, time: number, mode: number): void {
  for (const [name, contents] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
    chmodSync(path, mode);
    utimesSync(path, time, time);
  }
}

/** The archive of all files below a directory. */
function archived(root: string): string {
  const path = join(mkdtempSync(join(folder, 'out-')), 'archive.tar.gz');
  writeArchive(path, new Map(directoryFiles(root).files.map((file) => [file, join(root, file)])));
  return path;
}

const names = fc.stringMatching(/^[A-Za-z0-9@_.é -]{1,12}$/).filter((name) => !/^\.+$/.test(name));
const trees = fc.dictionary(names, fc.string({ maxLength: 200 }), { minKeys: 1, maxKeys: 8 });

test('equal files give equal bytes, whatever their times, umask and the order in which they were made', () => {
  fc.assert(
    fc.property(trees, (files) => {
      const [first, second] = [mkdtempSync(join(folder, 'a-')), mkdtempSync(join(folder, 'b-'))];
      write(first, files, 1_000_000_000, 0o644);
      write(second, Object.fromEntries(Object.entries(files).toReversed()), 1_700_000_000, 0o600);
      const [one, two] = [first, second].map((root) => readFileSync(archived(root)));
      expect(one).toEqual(two);
      // Byte 9 of a gzip header names the operating system (RFC 1952): unknown, so that machines agree.
      expect(one?.[9]).toBe(255);
    }),
    { numRuns: 40 },
  );
});

test('tar reads back what went in, with links followed and executable files still so', () => {
  const root = mkdtempSync(join(folder, 'in-'));
  write(root, { 'train.py': 'print(1)', 'pkg/mod.py': 'x', '@odd': 'y' }, 1_000_000_000, 0o644);
  write(root, { 'run.sh': 'echo' }, 1_000_000_000, 0o755);
  symlinkSync(join(root, 'train.py'), join(root, 'link.py'));
  const out = mkdtempSync(join(folder, 'out-'));
  const archive = archived(root);
  const listing = execFileSync('tar', ['-tvzf', archive], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC' },
  });
  expect(
    listing
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' ').split(' ')[0]),
  ).toEqual(['-rw-r--r--', '-rw-r--r--', '-rw-r--r--', '-rwxr-xr-x', '-rw-r--r--']);
  execFileSync('tar', ['-xzf', archive, '-C', out]);
  expect(execFileSync('cat', ['link.py', 'pkg/mod.py', '@odd'], { cwd: out, encoding: 'utf8' })).toBe(
    'print(1)xy',
  );
});
