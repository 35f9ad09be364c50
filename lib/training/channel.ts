import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { FileSystem, IgnoreMode, Token } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { filesBelow } from '../aws/deterministic-archive';
import { DATASET_HASH_LENGTH } from '../names';

/** How a channel's data reaches the training job. */
export type InputMode = 'File' | 'FastFile' | 'Pipe';

/** What any channel may have; the names are those of CreateTrainingJob's Channel. */
export interface ChannelOptions {
  /**
   * How the data reaches the container.
   * @default - the job's own, which is File
   */
  readonly inputMode?: InputMode;
  /**
   * MIME type of the data.
   * @default - none
   */
  readonly contentType?: string;
  /**
   * Whether each instance gets all objects, or its share.
   * @default FullyReplicated
   */
  readonly distribution?: 'FullyReplicated' | 'ShardedByS3Key';
}

/** A channel whose data lies in S3 already. */
export interface S3ChannelOptions extends ChannelOptions {
  /**
   * A name for the contents. New data under an old URI retrains only if this changes.
   * @default - none: the URI alone stands for the data
   */
  readonly version?: string;
}

/** Most that the deployment's function can hold, in MiB: Lambda's largest /tmp, half of it for the archive and half for what is in it. */
const MAX_DIRECTORY_MIB = 5 * 1024;

/** What file managers and notebooks leave in a directory they show: no data, and no reason to train again. */
const LEFT_BEHIND = ['.DS_Store', 'Thumbs.db', 'desktop.ini', '.ipynb_checkpoints'];

/** A training job's input: a directory that is uploaded at deploy, or data in S3. */
export abstract class Channel {
  /**
   * A directory of this machine. It is uploaded at deploy to `data/<channel>/<hash of its contents>/`
   * in the project's bucket: changed contents are another URI, and so another training job.
   * `.DS_Store`, `Thumbs.db`, `desktop.ini` and `.ipynb_checkpoints` stay out.
   */
  public static fromDirectory(directory: string, options: ChannelOptions = {}): DirectoryChannel {
    return new DirectoryChannel(directory, options);
  }

  /**
   * Data that lies in S3, of any size.
   * @param uri such as `s3://my-bucket/prefix/`: all objects whose key begins so.
   */
  public static fromS3(uri: string, options: S3ChannelOptions = {}): S3Channel {
    return new S3Channel(uri, options);
  }

  protected constructor(
    /** As given. */
    public readonly options: ChannelOptions,
  ) {}

  /** What is wrong with the channel; `prop` is its place in the configuration. */
  public abstract problems(prop: string): string[];
}

/** A channel whose data is uploaded from a directory. */
export class DirectoryChannel extends Channel {
  /** The directory, absolute. */
  public readonly path: string;

  public constructor(
    /** As given. */
    public readonly directory: string,
    options: ChannelOptions,
  ) {
    super(options);
    this.path = resolve(directory);
  }

  /** The hash of names and contents that becomes part of the URI. */
  public contentHash(): string {
    return FileSystem.fingerprint(this.path, { exclude: LEFT_BEHIND, ignoreMode: IgnoreMode.GIT }).slice(
      0,
      DATASET_HASH_LENGTH,
    );
  }

  /** What a deploy uploads. */
  public asset(scope: Construct, id: string): Asset {
    return new Asset(scope, id, { path: this.path, exclude: LEFT_BEHIND, ignoreMode: IgnoreMode.GIT });
  }

  /** The size of all files, in MiB, rounded up. */
  public sizeMebibytes(): number {
    const bytes = this.files().reduce((sum, file) => sum + statSync(resolve(this.path, file)).size, 0);
    return Math.ceil(bytes / 1024 ** 2);
  }

  public problems(prop: string): string[] {
    if (!existsSync(this.path) || !statSync(this.path).isDirectory()) {
      return [`${prop}: no directory '${this.directory}' (looked for ${this.path})`];
    }
    if (this.files().length === 0) {
      return [
        `${prop}: the directory '${this.directory}' holds no file; a training job with an empty channel fails`,
      ];
    }
    const size = this.sizeMebibytes();
    if (size > MAX_DIRECTORY_MIB) {
      return [
        `${prop}: '${this.directory}' has ${size} MiB, and a deploy uploads at most ${MAX_DIRECTORY_MIB} MiB; ` +
          'copy it with `aws s3 sync` and use Channel.fromS3',
      ];
    }
    return [];
  }

  private files(): string[] {
    return filesBelow(this.path, (path) => LEFT_BEHIND.includes(basename(path)));
  }
}

/** A channel whose data lies in S3. */
export class S3Channel extends Channel {
  public override readonly options: S3ChannelOptions;

  public constructor(
    /** As given. */
    public readonly uri: string,
    options: S3ChannelOptions,
  ) {
    super(options);
    this.options = options;
  }

  public problems(prop: string): string[] {
    return s3UriProblems(prop, this.uri);
  }
}

/** What is wrong with an S3 URI; bucket names by the rules of "General purpose bucket naming rules". */
export function s3UriProblems(prop: string, uri: string): string[] {
  if (Token.isUnresolved(uri)) {
    return [];
  }
  const match = /^s3:\/\/([^/]*)(\/.*)?$/.exec(uri);
  if (!match) {
    return [`${prop}: '${uri}' is not an S3 URI; write s3://<bucket>/<prefix>`];
  }
  const [, bucket = ''] = match;
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
    !bucket.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(bucket);
  return valid
    ? []
    : [
        `${prop}: '${bucket}' is not a bucket name; 3 to 63 lower-case letters, digits, '.' and '-', such as s3://my-bucket/prefix/`,
      ];
}
