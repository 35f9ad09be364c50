import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { outputNames, writeWhole } from '../../../lib/commands/invoke/output-files';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'outputs-'));
});
afterEach(() => rm(directory, { recursive: true }));

test.each([
  [
    ['a/cat.jpg', 'b/dog.png'],
    ['cat', 'dog'],
  ],
  [
    ['left/cat.jpg', 'right/cat.jpg'],
    ['left-cat.jpg', 'right-cat.jpg'],
  ],
  [
    ['cat.jpg', 'cat.png', 'dog.jpg'],
    ['cat.jpg', 'cat.png', 'dog'],
  ],
  [
    ['x/Cat.jpg', 'y/cat.jpg'],
    ['x-Cat.jpg', 'y-cat.jpg'],
  ],
  [
    ['x/y/cat.jpg', 'x/cat.jpg'],
    ['y-cat.jpg', 'cat.jpg'],
  ],
  [
    ['cat.jpg', 'cat.jpg'],
    ['cat.jpg', 'cat.jpg-2'],
  ],
  [
    ['a\nb.jpg', 'a%0Ab.jpg', '\u001b[2Jc\u202egpj.png'],
    ['a%0Ab-2', 'a%0Ab', '%1B[2Jc%E2%80%AEgpj'],
  ],
  [
    [`${'é'.repeat(120)}1.jpg`, `${'é'.repeat(120)}2.jpg`],
    ['é'.repeat(100), `${'é'.repeat(100)}-2`],
  ],
])('%j become %j', (files, names) => {
  expect(outputNames(files)).toEqual(names);
});

test('no two inputs share a name, on any file system', () => {
  const part = fc.constantFrom('a', 'b', 'A', 'a-b', 'cat', 'cat.jpg', 'a-cat', '..');
  const file = fc
    .tuple(
      fc.array(part, { maxLength: 3 }),
      fc.constantFrom('cat', 'Cat', 'a-cat', 'cat.jpg', 'cat-2'),
      fc.constantFrom('.jpg', '.png', ''),
    )
    .map(([folders, stem, extension]) => join(...folders, stem + extension));
  fc.assert(
    fc.property(fc.array(file, { maxLength: 8 }), (files) => {
      const names = outputNames(files);
      expect(names).toHaveLength(files.length);
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(files.length);
      expect(names.filter((name) => /[\\/]/.test(name) || name === '')).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('whatever an input is called, its output can be written and read on one line', async () => {
  const name = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 255 })
    .filter((text) => !/[\0/]|^\.+$/.test(text));
  await fc.assert(
    fc.asyncProperty(name, async (text) => {
      const path = join(directory, `${outputNames([text])[0]}.overlay.png`);
      expect(path).not.toMatch(/\p{Cc}/u);
      await writeWhole(path, '');
    }),
    { numRuns: 50 },
  );
});

test('a file is replaced whole, its folder made, and nothing else left beside it', async () => {
  const path = join(directory, 'new', 'a.png');
  await writeWhole(path, Buffer.from('first'));
  await writeWhole(path, Buffer.from('2nd'));
  expect(await readFile(path, 'utf8')).toBe('2nd');
  expect(await readdir(join(directory, 'new'))).toEqual(['a.png']);
});

test('fails with the path where it cannot write, leaving nothing', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  await expect(writeWhole(join(file, 'a.png'), Buffer.from('x'))).rejects.toThrow(
    `'${join(file, 'a.png')}' cannot be used: `,
  );
  expect(await readdir(directory)).toEqual(['file']);
});
