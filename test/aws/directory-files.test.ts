import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { directoryFiles } from '../../lib/aws/directory-files';

/** The module under test, for a process of its own. */
const COMPILED = join(tmpdir(), `directory-files-${process.pid}.js`);
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
  writeFileSync(join(root, 'a/b/file'), '');
});

afterAll(() => rmSync(COMPILED, { force: true }));
afterEach(() => rmSync(root, { recursive: true }));

test('links within the directory are followed', () => {
  symlinkSync('a/b', join(root, 'folder'));
  symlinkSync(join(root, 'a/b/file'), join(root, 'file'));
  expect(directoryFiles(root)).toMatchObject({ files: ['a/b/file', 'file', 'folder/file'], problems: [] });
});

test.each<[string, string, RegExp]>([
  ['nowhere', '/nowhere/at/all', /is a link to '\/nowhere\/at\/all', where nothing is/],
  ['out', '/etc', /is a link to '\/etc', outside of the directory/],
  ['out of itself by its own name', `../${'x'.repeat(3)}`, /where nothing is/],
  ['to itself', 'link', /leads back to itself/],
  ['up', '..', /a directory that it lies in/],
])('a link that leads %s is a problem', (_, target, reason) => {
  symlinkSync(target, join(root, 'a/link'));
  expect(directoryFiles(root)).toMatchObject({
    files: ['a/b/file'],
    problems: [{ path: 'a/link', reason: expect.stringMatching(reason) }],
  });
});

test('a neighbour whose name begins alike is outside', () => {
  const neighbour = `${root}-neighbour`;
  writeFileSync(neighbour, '');
  symlinkSync(`../${basename(neighbour)}`, join(root, 'link'));
  expect(directoryFiles(root).problems).toHaveLength(1);
  rmSync(neighbour);
});

test('what is neither a file nor a directory is a problem', () => {
  execFileSync('mkfifo', [join(root, 'pipe')]);
  expect(directoryFiles(root).problems).toEqual([
    { path: 'pipe', reason: 'is neither a file nor a directory' },
  ]);
});

test('what stays out is no problem, nor a link to it', () => {
  symlinkSync('/nowhere', join(root, '.#lock'));
  writeFileSync(join(root, 'secret'), '');
  symlinkSync('secret', join(root, 'other-name'));
  const ignored = ['.#lock', 'secret', 'a/c'];
  mkdirSync(join(root, 'a/c'), { mode: 0 });
  expect(directoryFiles(root, (path) => ignored.includes(path))).toMatchObject({
    files: ['a/b/file'],
    problems: [],
  });
});

test('what the person who runs it may not read is a problem by its name, and nothing of it travels', () => {
  writeFileSync(join(root, 'a/secret'), 'x', { mode: 0 });
  mkdirSync(join(root, 'closed'), { mode: 0 });
  chmodSync(root, 0o755);
  // The superuser may read everything: somebody else asks.
  const asSomebody = process.getuid!() === 0 ? { uid: 65534, gid: 65534 } : {};
  buildSync({
    entryPoints: [join(__dirname, '../../lib/aws/directory-files.ts')],
    outfile: COMPILED,
    platform: 'node',
    format: 'cjs',
  });
  chmodSync(COMPILED, 0o644);
  const program = `console.log(JSON.stringify(require(${JSON.stringify(COMPILED)}).directoryFiles('.')))`;
  const said = execFileSync(process.execPath, ['-e', program], {
    cwd: root,
    encoding: 'utf8',
    ...asSomebody,
  });
  expect(JSON.parse(said)).toMatchObject({
    files: ['a/b/file'],
    problems: [
      { path: 'a/secret', reason: 'cannot be read (EACCES)' },
      { path: 'closed', reason: 'cannot be read (EACCES)' },
    ],
  });
});
