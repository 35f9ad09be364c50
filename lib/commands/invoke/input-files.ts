import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../console/user-error';
import { isPredictable } from './content';
import { OUTPUT_NAME } from './output-files';

/**
 * The files to predict: arguments in their order, a folder replaced by the images and data files that lie in it, by name. Folders
 * in it, hidden files and earlier predictions stay out. A path that does not exist stays in: its prediction fails, and names it.
 * @throws UserError naming each folder in which there is nothing to predict
 */
export async function inputFiles(paths: readonly string[]): Promise<string[]> {
  const empty: string[] = [];
  const files = await Promise.all(
    paths.map(async (path) => {
      const isDirectory = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isDirectory) {
        return [path];
      }
      const entries = await readdir(path, { withFileTypes: true });
      const inside = entries
        .filter(
          (entry) =>
            !entry.isDirectory() &&
            !entry.name.startsWith('.') &&
            isPredictable(entry.name) &&
            !OUTPUT_NAME.test(entry.name),
        )
        .map((entry) => join(path, entry.name))
        .toSorted();
      if (inside.length === 0) {
        empty.push(path);
      }
      return inside;
    }),
  );
  if (empty.length > 0) {
    throw new UserError(
      `nothing to predict in ${empty.join(', ')}: images, .json, .jsonl, .npy, .csv and .libsvm files are read, folders inside are not`,
    );
  }
  return files.flat();
}
