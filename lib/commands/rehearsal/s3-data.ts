import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { directoryFiles } from '../../aws/directory-files';
import { UsageError } from '../../console/user-error';
import { keyValues } from '../local/local-job';

/** A file or directory of this machine that a rehearsal finds in a bucket, as the real one has the real data. */
export interface S3Data {
  readonly bucket: string;
  /** What the keys begin with, with a slash at its end unless it is empty; of a single file, its key. */
  readonly prefix: string;
  readonly path: string;
}

/** Reads `s3://BUCKET/PREFIX=DIR` options. @throws UsageError for one that is not of this form, or names nothing of this machine */
export function s3Data(texts: readonly string[]): S3Data[] {
  return Object.entries(keyValues('--s3', texts)).map(([uri, path]) => {
    const [, bucket, key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(uri) ?? [];
    if (bucket === undefined) {
      throw new UsageError(`--s3 '${uri}' is no address in S3, such as s3://my-bucket/photographs`);
    }
    if (!existsSync(path)) {
      throw new UsageError(`--s3 ${uri}: '${path}' does not exist`);
    }
    const isDirectory = statSync(path).isDirectory();
    const prefix = isDirectory && key !== '' && !key.endsWith('/') ? `${key}/` : key;
    return { bucket, path, prefix: !isDirectory && /(^|\/)$/.test(key) ? key + basename(path) : prefix };
  });
}

/** Makes a person's own buckets, with what they hold. */
export async function fillBuckets(client: S3Client, data: readonly S3Data[]): Promise<void> {
  for (const Bucket of bucketsOf(data)) {
    await client.send(new CreateBucketCommand({ Bucket }));
  }
  for (const { bucket: Bucket, prefix, path } of data) {
    const files = statSync(path).isDirectory()
      ? directoryFiles(path).files.map((name) => [posix.join(prefix, name), join(path, name)] as const)
      : [[prefix, path] as const];
    for (const [Key, file] of files) {
      const content = { Body: createReadStream(file), ContentLength: statSync(file).size };
      await client.send(new PutObjectCommand({ Bucket, Key, ...content }));
    }
  }
}

/** Removes them, with what a script wrote, so that the audit finds what the project left. */
export async function removeBuckets(client: S3Client, data: readonly S3Data[]): Promise<void> {
  for (const Bucket of bucketsOf(data)) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
      const Objects = Contents.map(({ Key }) => ({ Key: Key! }));
      await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    }
    await client.send(new DeleteBucketCommand({ Bucket }));
  }
}

function bucketsOf(data: readonly S3Data[]): Set<string> {
  return new Set(data.map(({ bucket }) => bucket));
}
