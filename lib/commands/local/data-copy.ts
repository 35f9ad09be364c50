import { constants, type Stats } from 'node:fs';
import { access, chmod, copyFile, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../console/user-error';

/** How a copy is followed and ended. */
export interface DataCopyOptions {
  /** A directory that is not copied, wherever it is met: the one that the copy goes to. */
  readonly except: string;
  readonly signal: AbortSignal;
  /** Told now and then, by a copy that takes long. */
  readonly onProgress: (copied: number, total: number) => void;
}

/** How often a copy tells how far it is, in milliseconds. */
const PROGRESS_INTERVAL = 1_000;

/** Of a long list of what cannot be copied, so many are named. */
const MOST_NAMED = 5;

interface FoundFile {
  readonly path: string;
  /** Relative to the copy. */
  readonly name: string;
  readonly stats: Stats;
}

/**
 * Copies a directory, or a file into a directory, so that whatever is done to the copy, nothing happens to the original: links
 * are followed, and nothing is shared but the blocks of a file system that copies on write.
 * @throws UserError naming what cannot be copied
 */
export async function copyData(source: string, target: string, options: DataCopyOptions): Promise<void> {
  const { files, directories } = await found(source, options.except);
  const total = files.reduce((sum, { stats }) => sum + stats.size, 0);
  for (const name of ['', ...directories]) {
    await mkdir(join(target, name), { recursive: true });
  }
  let copied = 0;
  let told = Date.now();
  for (const { path, name, stats } of files) {
    options.signal.throwIfAborted();
    const copy = join(target, name);
    // A clone of the blocks, where the file system has them.
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    // On the instance all of it may be written.
    if ((stats.mode & 0o200) === 0) {
      await chmod(copy, stats.mode | 0o200);
    }
    copied += stats.size;
    if (Date.now() - told > PROGRESS_INTERVAL) {
      told = Date.now();
      options.onProgress(copied, total);
    }
  }
}

/** What a copy is made of; links are followed. */
async function found(
  source: string,
  except: string,
): Promise<{ readonly files: readonly FoundFile[]; readonly directories: readonly string[] }> {
  const files: FoundFile[] = [];
  const directories: string[] = [];
  const problems: string[] = [];

  /** @param above the real paths of the directories that lead here */
  const visit = async (path: string, name: string, above: readonly string[]): Promise<void> => {
    try {
      const stats = await stat(path);
      if (stats.isFile()) {
        await access(path, constants.R_OK);
        files.push({ path, name, stats });
      } else if (!stats.isDirectory()) {
        problems.push(`${path} is neither a file nor a directory`);
      } else {
        const real = await realpath(path);
        if (real === except) {
          return;
        }
        if (above.some((directory) => directory === real)) {
          problems.push(`${path} is a link to a directory that it lies in`);
          return;
        }
        directories.push(name);
        for (const entry of await readdir(path)) {
          await visit(join(path, entry), join(name, entry), [...above, real]);
        }
      }
    } catch (error) {
      problems.push(`${path} ${reason(error as NodeJS.ErrnoException)}`);
    }
  };

  const isFile = (await stat(source)).isFile();
  await visit(source, isFile ? basename(source) : '', []);
  if (problems.length > 0) {
    const more = problems.length - MOST_NAMED;
    const named = [...problems.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
    throw new UserError(`the data cannot be copied:\n${named.map((problem) => `  - ${problem}`).join('\n')}`);
  }
  return { files, directories };
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === undefined) {
    throw new Error(message);
  }
  const known: Record<string, string> = {
    ENOENT: 'is a link to where nothing is',
    ELOOP: 'is a link that leads back to itself',
    EACCES: 'cannot be read: permission denied',
  };
  return known[code] ?? `cannot be read (${code})`;
}
