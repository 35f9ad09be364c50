import {
  accessSync,
  constants,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What a directory holds. */
export interface DirectoryFiles {
  /** Paths relative to the directory, with forward slashes, in an order that depends on nothing but their names. */
  readonly files: readonly string[];
  /** What each is, where links lead: asked for once, since there may be many. */
  readonly stats: ReadonlyMap<string, Stats>;
  /** What cannot travel with it: a link that leads out, a file that cannot be read. */
  readonly problems: readonly FileProblem[];
}

/** Why a file cannot travel. */
export interface FileProblem {
  /** Relative to the directory. */
  readonly path: string;
  readonly reason: string;
}

/**
 * The files below a directory. Links within it are followed. There may be many: paths are put together, and not worked out.
 * @param ignores whether a path in the directory stays out; a directory that stays out is not entered
 * @param within what no link may lead out of
 */
export function directoryFiles(
  directory: string,
  ignores: (path: string) => boolean = () => false,
  within = realpathSync(directory),
): DirectoryFiles {
  const stats = new Map<string, Stats>();
  const problems: FileProblem[] = [];
  const root = realpathSync(directory);
  const take = (path: string, found: Stats) => {
    // Of many files each question counts: what everybody may read is not asked for.
    if ((found.mode & 0o444) !== 0o444) {
      accessSync(join(directory, path), constants.R_OK);
    }
    stats.set(path, found);
  };
  const refuse = (path: string, reason: string) => void problems.push({ path, reason });

  /** @param above the real paths of the directories that lead here */
  const visit = (folder: string, above: readonly string[]): void => {
    const place = join(directory, folder);
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignores(path)) {
        continue;
      }
      try {
        if (entry.isSymbolicLink()) {
          visitLink(path, above);
        } else if (entry.isDirectory()) {
          visit(path, [...above, join(above.at(-1)!, entry.name)]);
        } else if (entry.isFile()) {
          take(path, statSync(`${place}${sep}${entry.name}`));
        } else {
          refuse(path, 'is neither a file nor a directory');
        }
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === undefined) {
          throw error;
        }
        refuse(path, `cannot be read (${code})`);
      }
    }
  };

  const visitLink = (path: string, above: readonly string[]): void => {
    const place = join(directory, path);
    const link = `is a link to '${readlinkSync(place)}'`;
    let target: string;
    try {
      target = realpathSync(place);
    } catch (error) {
      const loops = (error as NodeJS.ErrnoException).code === 'ELOOP';
      return refuse(path, `${link}, ${loops ? 'which leads back to itself' : 'where nothing is'}`);
    }
    if (relative(within, target).split(sep)[0] === '..') {
      return refuse(path, `${link}, outside of the directory`);
    }
    if (above.includes(target)) {
      return refuse(path, `${link}, a directory that it lies in`);
    }
    // Under another name, too, what stays out does.
    if (ignores(relative(root, target).split(sep).join('/'))) {
      return;
    }
    const found = statSync(target);
    if (found.isDirectory()) {
      return visit(path, [...above, target]);
    }
    take(path, found);
  };

  visit('', [root]);
  return { files: [...stats.keys()].toSorted(), stats, problems };
}
