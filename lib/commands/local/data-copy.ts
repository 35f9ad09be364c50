import { constants, realpathSync, type Stats, statSync } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { directoryFiles } from '../../aws/directory-files';
import { UserError } from '../../console/user-error';

/** How copies are followed and ended. */
export interface DataCopyOptions {
  readonly signal: AbortSignal;
  /** Told now and then how far a copy is that takes long. */
  readonly onProgress: (text: string) => void;
}

/** How often a copy tells how far it is, in milliseconds. */
const PROGRESS_INTERVAL = 1_000;

/** Of a long list of what cannot be copied, so many are named. */
const MOST_NAMED = 5;

/**
 * Copies the files of a directory, or a file into a directory, so that whatever is done to the copy, nothing happens to the
 * original: links are followed, and nothing is shared but the blocks of a file system that copies on write.
 * @param except a directory that is not copied, wherever it is met: the one that the copy goes to
 * @throws UserError naming what cannot be copied
 */
export async function copyData(
  what: string,
  source: string,
  target: string,
  except: string,
  { signal, onProgress }: DataCopyOptions,
): Promise<void> {
  const stats = statSync(source);
  const [folder, files] = stats.isFile()
    ? [dirname(source), new Map([[basename(source), stats]])]
    : [source, found(source, except)];
  const total = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  for (const place of new Set(['.', ...[...files.keys()].map(dirname)])) {
    await mkdir(join(target, place), { recursive: true });
  }
  let copied = 0;
  let told = Date.now();
  for (const [name, { mode, size }] of files) {
    signal.throwIfAborted();
    const copy = join(target, name);
    // A clone of the blocks, where the file system has them.
    await copyFile(join(folder, name), copy, constants.COPYFILE_FICLONE);
    // On the instance all of it may be written.
    if ((mode & 0o200) === 0) {
      await chmod(copy, mode | 0o200);
    }
    copied += size;
    if (Date.now() - told > PROGRESS_INTERVAL) {
      told = Date.now();
      onProgress(`copying ${what}: ${gigabytes(copied)} of ${gigabytes(total)} GB`);
    }
  }
}

/** What a copy is made of, wherever links lead. */
function found(source: string, except: string): ReadonlyMap<string, Stats> {
  const root = realpathSync(source);
  const ignores = (path: string) => join(root, path) === except;
  const { stats, problems } = directoryFiles(source, ignores, parse(root).root);
  if (problems.length > 0) {
    const more = problems.length - MOST_NAMED;
    const named = problems.slice(0, MOST_NAMED).map(({ path, reason }) => `${join(source, path)} ${reason}`);
    const lines = [...named, ...(more > 0 ? [`and ${more} more`] : [])];
    throw new UserError(`the data cannot be copied:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
  }
  return stats;
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
