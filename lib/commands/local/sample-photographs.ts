import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a report says beside them. */
export const SAMPLE_NOTE =
  "These photographs are the first of the job's own data: the script may have trained on them, so they show that the model answers, " +
  'not how well it does on new ones. Name others with npm run local -- --predict FILE.';

/** How many photographs are predicted if nothing is named. */
const SHOWN_PHOTOGRAPHS = 8;

/** The first photographs of the first channel that has any; none where no channel has. */
export function samplePhotographs(channels: readonly string[]): string[] {
  for (const directory of channels) {
    const folder = ['original', 'images', '.'].map((name) => join(directory, name)).find(existsSync);
    const photographs = folder
      ? readdirSync(folder)
          .filter((name) => /\.(jpe?g|png)$/i.test(name))
          .toSorted()
      : [];
    if (folder && photographs.length > 0) {
      return photographs.slice(0, SHOWN_PHOTOGRAPHS).map((name) => join(folder, name));
    }
  }
  return [];
}
