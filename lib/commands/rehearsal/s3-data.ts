import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import {
  BucketAlreadyOwnedByYou,
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { directoryFiles } from '../../aws/directory-files';
import { UsageError } from '../../console/user-error';
import { keyValues } from '../local/local-job';
import type { EmulatedAws } from './emulated-aws';

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

/** The buckets of a person's own that a rehearsal makes, with what they hold. */
export class OwnBuckets {
  private readonly client: S3Client;
  private readonly made = new Set<string>();

  public constructor(
    aws: EmulatedAws,
    private readonly region: string,
    private readonly data: readonly S3Data[],
  ) {
    this.client = new S3Client({
      region,
      endpoint: aws.url,
      credentials: { ...aws.credentials, sessionToken: 'rehearsal' },
      forcePathStyle: true,
    });
  }

  /** Makes the buckets and uploads the files. */
  public async fill(): Promise<void> {
    for (const { bucket, prefix, path } of this.data) {
      await this.make(bucket);
      const isDirectory = statSync(path).isDirectory();
      const files = isDirectory ? directoryFiles(path).files : [''];
      for (const name of files) {
        const file = isDirectory ? join(path, name) : path;
        await this.client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: isDirectory ? posix.join(prefix, name) : prefix,
            Body: createReadStream(file),
            ContentLength: statSync(file).size,
          }),
        );
      }
    }
  }

  /** Removes them, so that the audit finds what the project left. */
  public async remove(): Promise<void> {
    for (const Bucket of this.made) {
      for (;;) {
        const { Contents: objects = [] } = await this.client.send(new ListObjectsV2Command({ Bucket }));
        if (objects.length === 0) {
          break;
        }
        for (const { Key } of objects) {
          await this.client.send(new DeleteObjectCommand({ Bucket, Key }));
        }
      }
      await this.client.send(new DeleteBucketCommand({ Bucket }));
    }
    this.made.clear();
  }

  private async make(bucket: string): Promise<void> {
    if (this.made.has(bucket)) {
      return;
    }
    try {
      await this.client.send(
        new CreateBucketCommand({
          Bucket: bucket,
          // The oldest region has no name here.
          ...(this.region !== 'us-east-1' && {
            CreateBucketConfiguration: { LocationConstraint: this.region as BucketLocationConstraint },
          }),
        }),
      );
    } catch (error) {
      if (!(error instanceof BucketAlreadyOwnedByYou)) {
        throw error;
      }
    }
    this.made.add(bucket);
  }
}
