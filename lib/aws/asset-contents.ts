import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Contents } from './directory-contents';

/**
 * Context key of a synthesis whose templates alone are read: assets have their names, and the cloud assembly has none of their files.
 * (The CDK's own way not to copy assets, `--no-staging`, is one of deploying them.)
 */
export const NO_ASSET_FILES = 'sagemaker-project:no-asset-files';

/** The file that tells what an asset holds. @param asset its path in a cloud assembly */
export function contentsFile(asset: string): string {
  return `${asset}.contents.json`;
}

/** Writes such a file. */
export function writeContents(file: string, contents: Contents): void {
  writeFileSync(file, JSON.stringify([...contents]));
}

/** What an asset holds, whether its files are there or not; undefined where nothing says it. */
export function readAssetContents(asset: string): Contents | undefined {
  const file = contentsFile(asset);
  return existsSync(file) ? new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, string][]) : undefined;
}
