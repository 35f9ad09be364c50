import { closeSync, openSync, readSync } from 'node:fs';

/** The first bytes of a file, which may be long. */
export function fileBeginning(path: string, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
