import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { FileAssetPackaging, Stack, Stage } from 'aws-cdk-lib';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { writeArchive } from './deterministic-archive';
import { type Contents, contentsFile, contentsHash, NO_ASSET_FILES } from './directory-contents';

/** Files of a directory that a deploy uploads. */
export interface DirectoryAssetProps {
  /** Absolute. */
  readonly directory: string;
  /** What of it is uploaded. */
  readonly contents: Contents;
  /** Where files lie that are not in the directory: path by name. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  /** A tar.gz that has them, or themselves, each at its place. */
  readonly form: 'archive' | 'files';
}

/**
 * Files of a directory as an asset of the CDK, named by their contents.
 *
 * The CDK's own asset reads every file at every synthesis, takes text for the same that differs in its line ends, and takes what
 * an interrupted copy has left for the whole.
 */
export class DirectoryAsset extends Construct {
  public readonly bucket: IBucket;
  public readonly s3ObjectKey: string;
  public readonly s3ObjectUrl: string;

  public constructor(scope: Construct, id: string, props: DirectoryAssetProps) {
    super(scope, id);
    const { directory, contents, elsewhere, form } = props;
    const sourceHash = contentsHash(contents);
    const fileName = `asset.${sourceHash}${form === 'archive' ? '.tar.gz' : ''}`;
    const { assetOutdir: assembly, outdir } = Stage.of(this)!;
    const path = join(assembly, fileName);
    whole(contentsFile(path), (part) => writeFileSync(part, JSON.stringify([...contents])));
    if (!this.node.tryGetContext(NO_ASSET_FILES)) {
      const files = new Map(
        [...contents.keys()].map((name) => [name, elsewhere?.get(name) ?? join(directory, name)]),
      );
      whole(path, (part) => (form === 'archive' ? writeArchive(part, files) : copyFiles(part, files)));
    }
    const location = Stack.of(this).synthesizer.addFileAsset({
      fileName: relative(outdir, path),
      displayName: this.node.path,
      sourceHash,
      packaging: form === 'archive' ? FileAssetPackaging.FILE : FileAssetPackaging.ZIP_DIRECTORY,
    });
    this.bucket = Bucket.fromBucketName(this, 'Bucket', location.bucketName);
    this.s3ObjectKey = location.objectKey;
    this.s3ObjectUrl = location.s3ObjectUrl;
  }
}

/** Makes a file or directory that is there as a whole or not at all, unless it is there. */
function whole(path: string, make: (path: string) => void): void {
  if (existsSync(path)) {
    return;
  }
  const part = `${path}.${process.pid}`;
  try {
    make(part);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    // Another synthesis into the same directory may have been faster.
    if (!existsSync(path)) {
      throw error;
    }
  }
}

function copyFiles(target: string, files: ReadonlyMap<string, string>): void {
  const made = new Set<string>();
  for (const [name, file] of files) {
    const path = join(target, name);
    const folder = dirname(path);
    if (!made.has(folder)) {
      mkdirSync(folder, { recursive: true });
      made.add(folder);
    }
    // Where the file system can, the copy shares the original's blocks.
    copyFileSync(file, path, constants.COPYFILE_FICLONE);
  }
}
