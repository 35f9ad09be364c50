import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { DirectoryFiles } from './directory-files';
import { FileHashes } from './file-hashes';

/** Files and the hash of what is in each: path with forward slashes → hash. */
export type Contents = ReadonlyMap<string, string>;

/** The contents of a directory's files, in their order. In an archive, an executable bit is part of a file's contents. */
export function readContents(
  directory: string,
  { files, stats }: DirectoryFiles,
  form: 'archive' | 'files',
): Contents {
  const hashes = FileHashes.of(realpathSync(directory));
  const contents = files.map((file): [string, string] => {
    const found = stats.get(file)!;
    const hash = hashes.hash(`${directory}${sep}${file}`, found);
    return [file, form === 'archive' && isExecutable(found.mode) ? `${hash} executable` : hash];
  });
  hashes.keep();
  return new Map(contents);
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
