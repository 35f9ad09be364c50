import { UserError } from './user-error';

/** A sentence for a person of what the file system refused; undefined for any other error. */
export function fileErrorText(error: unknown): string | undefined {
  const { code, syscall, path, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || /^(spawn|connect|listen|bind)/.test(syscall)) {
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
  return `${name} cannot be used: ${message.replace(/^E\w+: /, '').replace(/, \w+( '.*)?$/s, '')}`;
}

/** The same of what another program of Node.js said: of a full or read-only disk, or of a file in a directory; otherwise undefined. */
export function saidFileErrorText(said: string, directory: string): string | undefined {
  const found = /(?:^|\s)((E[A-Z]+): [^,\n]+, (\w+)(?: '[^'\n]*' ->)? '([^'\n]*)')/.exec(said);
  const [, message, code, syscall, path] = found ?? [];
  const ofDisk = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS';
  return ofDisk || path?.startsWith(directory) ? fileErrorText({ code, syscall, path, message }) : undefined;
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
