import * as fc from 'fast-check';
import { columns, paragraphs } from '../../lib/console/columns';

const ROWS = [
  ['per hour', 'name', 'found by'],
  ['$0.23', 'unet-training-TrainingJobRole1234', 'its tag, its name, the stack'],
];

test('a file gets one line for each row', () => {
  expect(columns(ROWS, 2, Number.POSITIVE_INFINITY).split('\n')).toHaveLength(2);
});

test('a narrow terminal gets the widest cells folded, at blanks where there are some', () => {
  expect(columns(ROWS, 2, 44)).toBe(
    [
      'per hour  name              found by',
      '$0.23     unet-training-Tr  its tag, its',
      '          ainingJobRole123  name, the stack',
      '          4',
    ].join('\n'),
  );
});

test('no line is wider than the terminal, and nothing is lost', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', '-', ' '), maxLength: 60 });
  const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 30, max: 100 }), (given, width) => {
      const text = columns(given, 2, width);
      expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(width);
      const letters = (of: string) => [...of.replace(/\s/g, '')].toSorted().join('');
      expect(letters(text)).toBe(letters(given.flat().join('')));
    }),
  );
});

test('a paragraph is folded at blanks, and a bullet goes on below its own text', () => {
  const text = 'nothing\n\n- unet-training may s3:GetObject on everything';
  expect(paragraphs(text, 24)).toBe(
    ['nothing', '', '- unet-training may', '  s3:GetObject on', '  everything'].join('\n'),
  );
  expect(paragraphs(text, Number.POSITIVE_INFINITY)).toBe(text);
});
