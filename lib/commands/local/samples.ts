import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileBeginning } from '../../aws/file-beginning';
import type { PredictionResult } from '../invoke/predict-files';

/** What is predicted where a person names nothing: some of the job's own data. */
export interface Samples {
  readonly files: readonly string[];
  /** What a report says beside them. */
  readonly note?: string;
  /** What each row of the one file should be answered with, where it has rows of numbers. */
  readonly targets?: readonly number[];
}

/** What a report says beside photographs. */
export const SAMPLE_NOTE =
  "These photographs are the first of the job's own data: the script may have trained on them, so they show that the model answers, " +
  'not how well it does on new ones. Name others with --predict FILE.';

const SHOWN_PHOTOGRAPHS = 8;
const SHOWN_ROWS = 500;
/** So much of a file of rows is read: less than any endpoint takes. */
const ROW_BYTES = 1 << 20;

/** A channel that is named for what it is kept back for. */
const HELD_OUT = /^(?:test|val|eval|hold)/i;

/**
 * The first photographs of the first channel that has any; without them, rows of numbers, of a channel that was kept back where there is one.
 * @param channels a directory or file by channel
 * @param directory where rows without their target are written
 */
export function chooseSamples(channels: Readonly<Record<string, string>>, directory: string): Samples {
  for (const path of Object.values(channels)) {
    const folder = ['original', 'images', '.'].map((name) => join(path, name)).find(existsSync);
    const photographs = folder ? filesIn(folder, /\.(jpe?g|png)$/i) : [];
    if (photographs.length > 0) {
      return { files: photographs.slice(0, SHOWN_PHOTOGRAPHS), note: SAMPLE_NOTE };
    }
  }
  const names = Object.keys(channels).toSorted((a, b) => Number(HELD_OUT.test(b)) - Number(HELD_OUT.test(a)));
  for (const name of names) {
    for (const source of filesIn(channels[name]!, /\.csv$/i)) {
      const rows = numbersIn(source);
      if (rows.length > 0) {
        mkdirSync(directory, { recursive: true });
        const file = join(directory, `${name}.csv`);
        writeFileSync(file, rows.map(([, ...features]) => `${features.join(',')}\n`).join(''));
        const kept = HELD_OUT.test(name)
          ? `kept back in the channel ${name}`
          : `of the channel ${name}: the script may have trained on them, so they do not show how well it does on new ones`;
        return {
          files: [file],
          note: `${rows.length} rows of ${basename(source)}, ${kept}. The first column is taken for the target, as SageMaker's algorithms read CSV.`,
          targets: rows.map(([target]) => target!),
        };
      }
    }
  }
  return { files: [] };
}

/** Why rows that nobody named were not answered: a model may take something else, which is no failure of the run. */
export function refusedSample(
  { targets }: Samples,
  results: readonly PredictionResult[],
): string | undefined {
  const refused = targets && results.find(({ status }) => status !== 'predicted');
  return refused && `The model did not take rows of numbers: ${refused.error}; name files with --predict.`;
}

/** The files of a directory by name, or the one file. */
function filesIn(path: string, wanted: RegExp): string[] {
  const all =
    existsSync(path) && statSync(path).isDirectory()
      ? readdirSync(path).map((name) => join(path, name))
      : [path];
  return all.filter((file) => wanted.test(file) && existsSync(file)).toSorted();
}

/** Rows of two numbers or more, evenly over the beginning of the file; none where a line is anything else. */
function numbersIn(file: string): number[][] {
  const lines = fileBeginning(file, ROW_BYTES).toString().split(/\r?\n/);
  // The last is empty, or was cut.
  const rows = lines
    .slice(0, lines.length > 1 ? -1 : 1)
    .map((line) => line.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell))));
  const width = rows[0]!.length;
  if (width < 2 || rows.some((row) => row.length !== width || !row.every(Number.isFinite))) {
    return [];
  }
  const step = Math.ceil(rows.length / SHOWN_ROWS);
  return rows.filter((_, at) => at % step === 0);
}
