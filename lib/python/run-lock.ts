import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { UserError } from '../console/user-error';
import { withDirectoryLock } from './directory-lock';

/** Does something in a directory that no other run uses meanwhile. @throws UserError that names the other run */
export async function withRunLock<T>(
  outDirectory: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  makeDirectory(outDirectory);
  const onWait = (owner: number) => {
    throw new UserError(
      `another run, of process ${owner}, uses '${relative('', outDirectory) || '.'}'; ` +
        'wait for its end, or give this one a directory of its own with --out DIR',
    );
  };
  return withDirectoryLock(join(outDirectory, '.lock'), { signal, onWait }, work);
}

/** Makes a directory with those above it. Where a file system is read-only, Node.js says that there is no such directory. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    let above = dirname(path);
    while (!existsSync(above)) {
      above = dirname(above);
    }
    accessSync(above, constants.W_OK);
    throw error;
  }
}
