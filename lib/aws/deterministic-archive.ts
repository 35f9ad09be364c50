import { create } from 'tar';
import { isExecutable } from './directory-contents';

/**
 * Writes a tar.gz of files: the same bytes for the same names, contents and executable bits, whatever their times, owners and umask,
 * and whatever system compresses them. They pass through memory piece by piece.
 */
export function writeArchive(path: string, directory: string, files: readonly string[]): void {
  create(
    {
      file: path,
      cwd: directory,
      sync: true,
      gzip: { level: 9, portable: true },
      portable: true,
      follow: true,
      noDirRecurse: true,
      mtime: new Date(0),
      onWriteEntry: (entry) => {
        if (entry.stat) {
          entry.stat.mode = isExecutable(entry.stat.mode) ? 0o755 : 0o644;
        }
      },
    },
    // A name that begins with @ would be read as an archive to include.
    files.map((file) => `./${file}`),
  );
}
