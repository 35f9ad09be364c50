import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, basename, join, relative, resolve } from 'node:path';
import { INVISIBLE } from '../../aws/printable';
import { fileErrorText } from '../../console/file-errors';
import { UserError } from '../../console/user-error';

/** Ends of the names of the files that predictions write; such a file in a folder is a result, not an input. */
export const OUTPUT_NAME = /\.(mask\.png|overlay\.png|prediction\.\w+)$/i;

/** Longest base name in bytes: file systems take 255, of which a result's own ending and a temporary name need some. */
const LONGEST_NAME = 200;

/**
 * A base name for each input, in its order, all different even where letter case does not count: the file's name without its
 * extension; where inputs share that, with the folders and the extension that tell them apart. What no terminal shows stands in
 * it as in a URL: `%0A` for the end of a line.
 */
export function outputNames(files: readonly string[]): string[] {
  const stemOf = (file: string) => basename(file, extname(file));
  const sharers = new Map<string, string[]>();
  for (const file of files) {
    const key = stemOf(file).toLowerCase();
    sharers.set(key, [...(sharers.get(key) ?? []), file]);
  }
  const taken = new Set<string>();
  return files.map((file) => {
    const namesakes = sharers.get(stemOf(file).toLowerCase())!;
    const wanted = shown(namesakes.length === 1 ? stemOf(file) : qualifiedName(file, namesakes));
    let name = wanted;
    for (
      let count = 2;
      taken.has(name.toLowerCase()) || (name !== stemOf(file) && sharers.has(name.toLowerCase()));
      count++
    ) {
      name = `${wanted}-${count}`;
    }
    taken.add(name.toLowerCase());
    return name;
  });
}

/** "left-cat.jpg" of left/cat.jpg and right/cat.jpg: the path below the folder that the namesakes share. */
function qualifiedName(file: string, namesakes: readonly string[]): string {
  const folders = namesakes.map((namesake) => dirname(resolve(namesake)));
  let shared = folders[0]!;
  while (folders.some((folder) => relative(shared, folder).split(/[\\/]/)[0] === '..')) {
    shared = dirname(shared);
  }
  return relative(shared, resolve(file)).split(/[\\/]/).join('-');
}

function shown(name: string): string {
  const visible = name.replaceAll(INVISIBLE, encodeURIComponent);
  let length = visible.length;
  while (Buffer.byteLength(visible.slice(0, length)) > LONGEST_NAME) {
    length -= 1;
  }
  return visible.slice(0, length);
}

/**
 * Writes a file whole or not at all: under another name first, then renamed.
 * @throws UserError where the folder or the file cannot be written, with the system's reason
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, data);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    // Who writes is asked what it wrote: the system names the other file, or none.
    throw new UserError(fileErrorText({ ...(error as Error), message: (error as Error).message, path })!);
  }
}
