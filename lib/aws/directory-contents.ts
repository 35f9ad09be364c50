import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { sep } from 'node:path';
import type { DirectoryFiles } from './directory-files';
import { FileHashes } from './file-hashes';

/** Files and the hash of what is in each: path with forward slashes → hash. */
export type Contents = ReadonlyMap<string, string>;

/** The contents of a directory's files, in their order. */
export function readContents(directory: string, files: DirectoryFiles): Contents {
  return read(directory, files, (hash) => hash);
}

/** The same, where an executable bit is part of a file's contents: in an archive. */
export function readArchivedContents(directory: string, files: DirectoryFiles): Contents {
  return read(directory, files, (hash, { mode }) => (isExecutable(mode) ? `${hash} executable` : hash));
}

/** Whether an archive has a file as an executable one. */
export function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}

/** The hash of all names and contents. */
export function contentsHash(contents: Contents): string {
  return createHash('sha256')
    .update(JSON.stringify([...contents]))
    .digest('hex');
}

/**
 * Context key of a synthesis whose templates alone are read: assets have their names, and the cloud assembly has none of their files.
 * (The CDK's own way not to copy assets, `--no-staging`, is one of deploying them.)
 */
export const NO_ASSET_FILES = 'sagemaker-project:no-asset-files';

/** The file that tells what an asset holds. @param asset its path in a cloud assembly */
export function contentsFile(asset: string): string {
  return `${asset}.contents.json`;
}

/** What an asset holds, whether its files are there or not; undefined where nothing says it. */
export function readAssetContents(asset: string): Contents | undefined {
  const file = contentsFile(asset);
  return existsSync(file) ? new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, string][]) : undefined;
}

function read(
  directory: string,
  { files, stats }: DirectoryFiles,
  told: (hash: string, stats: Stats) => string,
): Contents {
  const hashes = FileHashes.of(realpathSync(directory));
  const contents = files.map((file): [string, string] => {
    const found = stats.get(file)!;
    return [file, told(hashes.hash(`${directory}${sep}${file}`, found), found)];
  });
  hashes.keep();
  return new Map(contents);
}
