import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { comparison } from '../../../lib/commands/local/report-comparison';
import { chooseSamples, refusedSample, SAMPLE_NOTE } from '../../../lib/commands/local/samples';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'samples-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Writes a file below the directory; its path. */
function file(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const chosen = (...channels: string[]) =>
  chooseSamples(
    Object.fromEntries(channels.map((name) => [name, join(directory, name)])),
    join(directory, 'rows'),
  );

describe('what is predicted where nothing is named', () => {
  test('rows of the channel that was kept back, without their target', () => {
    file('train/a.csv', '9,9,9\n');
    file('validation/b.csv', '1,0.5,2\r\n0,1.5,3\r\n');
    const { files, note, targets } = chosen('train', 'validation');
    expect(files.map((path) => readFileSync(path, 'utf8'))).toEqual(['0.5,2\n1.5,3\n']);
    expect(targets).toEqual([1, 0]);
    expect(note).toMatch(
      /^2 rows of b\.csv, kept back in the channel validation\. The first column is taken/,
    );
  });

  test('rows that the script may have trained on are said to be', () => {
    file('train/a.csv', Array.from({ length: 1200 }, (_, at) => `${at},1\n`).join(''));
    const { note, targets } = chosen('train');
    expect(note).toMatch(/^400 rows of a\.csv, of the channel train: the script may have trained on them/);
    expect(targets!.slice(0, 3)).toEqual([0, 3, 6]);
  });

  test.each([
    ['a header', 'target,a\n1,2\n'],
    ['an empty cell', '1,\n'],
    ['rows of different lengths', '1,2\n1,2,3\n'],
    ['a target alone', '1\n2\n'],
    ['nothing', ''],
  ])('nothing of a file with %s', (_, text) => {
    file('train/a.csv', text);
    expect(chosen('train', 'elsewhere')).toEqual({ files: [] });
  });

  test('photographs before rows', () => {
    file('test/a.csv', '1,2\n');
    const photograph = file('train/original/a.jpg', '');
    expect(chosen('test', 'train')).toEqual({ files: [photograph], note: SAMPLE_NOTE });
  });

  test('a model that takes no rows fails nothing that a person asked for', () => {
    const results = [{ file: 'a.csv', status: 'failed', error: 'Unsupported' }] as const;
    expect(refusedSample({ files: ['a.csv'], targets: [1] }, results)).toContain('Unsupported');
    expect(refusedSample({ files: ['a.csv'] }, results)).toBeUndefined();
  });
});

describe('a comparison of answers with targets', () => {
  const compared = (targets: number[], answer: unknown) =>
    comparison(targets, file('answer', typeof answer === 'string' ? answer : JSON.stringify(answer)))
      ?.markup.replace(/<svg[^]*<\/svg>|<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');

  test.each([
    ['classes', [0, 2, 2]],
    ['classes of an algorithm', { predictions: [{ score: 0 }, { score: 2 }, { score: 2 }] }],
    [
      'a value a class',
      [
        [0.9, 0.1, 0],
        [0, 0.2, 0.8],
        [0, 0, 1],
      ],
    ],
    ['text', '0.0\n2.0\n2.0\n'],
  ])('%s make a confusion matrix', (_, answer) => {
    expect(compared([0, 1, 2], answer)).toMatch(
      /Confusion matrix 2 of 3 rows right: 66\.67 % .*target \\ predicted 0 (?:1 )?2 0 1 0 (?:0 )?1 0 (?:0 )?1 2 0 (?:0 )?1/,
    );
  });

  test('probabilities of two classes are rounded', () => {
    expect(compared([0, 1, 1], { predictions: [[0.2], [0.7], [0.4]] })).toContain('2 of 3 rows right');
  });

  test('numbers make residuals, with what they come to', () => {
    const page = compared([1, 2, 4], [1.5, 2, 3]);
    expect(page).toContain('Residuals root mean squared error 0.6455, mean absolute error 0.5, mean 0.1667');
    expect(page).toContain('row target predicted target − predicted 1 1 1.5 -0.5 2 2 2 0 3 4 3 1');
  });

  test.each([
    ['another number of answers', [1, 2], [1]],
    ['names', [1, 2], ['cat', 'dog']],
    [
      'a value of three classes where the target is none of them',
      [1, 7],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    ['an object', [1], {}],
    ['nothing', [1], null],
  ])('none of %s', (_, targets, answer) => {
    expect(compared(targets, answer)).toBeUndefined();
  });
});
