import { UserError } from '../../console/user-error';

/** A sentence for a person of what the file system refused; undefined for any other error. */
export function fileErrorText(error: unknown): string | undefined {
  const { code, syscall, path, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || syscall.startsWith('spawn')) {
    return undefined;
  }
  const name = path === undefined ? 'a file' : `'${path}'`;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return `the disk is full: ${name} could not be written; make room and run again`;
  }
  // Node.js reads such a name with replacement characters, and then finds no such file.
  if (path?.includes('\uFFFD')) {
    return `the name ${name} is not UTF-8: rename it, or write it otherwise in the script`;
  }
  return `${name} cannot be used: ${message.replace(/^E\w+: /, '').replace(/, \w+ '.*$/s, '')}`;
}

/** Does something with files; what the file system refuses is a UserError. */
export async function withFileErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const text = fileErrorText(error);
    throw text === undefined ? error : new UserError(text);
  }
}
