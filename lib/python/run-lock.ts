import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { UserError } from '../console/user-error';
import { withDirectoryLock } from './directory-lock';

/** Does something in a directory that no other run uses meanwhile. @throws UserError that names the other run */
export async function withRunLock<T>(
  outDirectory: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(outDirectory, { recursive: true });
  const onWait = (owner: number) => {
    throw new UserError(
      `another run, of process ${owner}, uses '${relative('', outDirectory) || '.'}'; ` +
        'wait for its end, or give this one a directory of its own with --out DIR',
    );
  };
  return withDirectoryLock(join(outDirectory, '.lock'), { signal, onWait }, work);
}
