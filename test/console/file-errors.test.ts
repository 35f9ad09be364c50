import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, closeSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileErrorText, saidFileErrorText } from '../../lib/console/file-errors';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-errors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

function fill(): void {
  const full = openSync('/dev/full', 'w');
  try {
    writeSync(full, 'x');
  } finally {
    closeSync(full);
  }
}

test('what the file system refuses is a sentence with the name and the way out', () => {
  expect(fileErrorText(errorOf(() => readFileSync(join(folder, 'none'))))).toBe(
    `'${folder}/none' cannot be used: no such file or directory`,
  );
  expect(fileErrorText(errorOf(() => readFileSync(folder)))).toBe(
    'a file cannot be used: illegal operation on a directory',
  );
  expect(fileErrorText(errorOf(fill))).toBe(
    'the disk is full: a file could not be written; make room and run again',
  );
});

test('an error of the program, or of the network, stays what it is', () => {
  expect(fileErrorText(new TypeError('x is not a function'))).toBeUndefined();
  expect(
    fileErrorText(Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect' })),
  ).toBeUndefined();
});

test('of what another program said the sentence is told where the disk was full, or it was about a file of ours', () => {
  const copy = `Error: ENOSPC: no space left on device, copyfile '/a/layer.zip' -> '${folder}/x.zip'\n    at Object.copyFileSync (node:fs:3047:11)`;
  const full = `the disk is full: '${folder}/x.zip' could not be written; make room and run again`;
  expect(saidFileErrorText(copy, folder)).toBe(full);
  writeFileSync(join(folder, 'file'), '');
  const { stack } = errorOf(() => writeFileSync(join(folder, 'file', 'y'), '')) as Error;
  expect(saidFileErrorText(`[warning]\n${stack}`, folder)).toBe(
    `'${folder}/file/y' cannot be used: not a directory`,
  );
  expect(saidFileErrorText(copy, '/elsewhere')).toBe(full);
  expect(saidFileErrorText(stack!, '/elsewhere')).toBeUndefined();
  expect(saidFileErrorText('[ConfigurationError: 1 problem]', folder)).toBeUndefined();
});
