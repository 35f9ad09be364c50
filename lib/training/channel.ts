import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Channel as ChannelInput } from '@aws-sdk/client-sagemaker';
import { Stack, Token } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type CheckedProps, checkProps } from '../aws/declared-props';
import { DirectoryAsset } from '../aws/directory-asset';
import { type Contents, contentsHash, readContents } from '../aws/directory-contents';
import { readPrefix } from '../aws/sagemaker-permissions';
import { DATASET_HASH_LENGTH, datasetPrefix } from '../names';
import { FileSelection } from './file-selection';

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

/** A training job's input: a directory that is uploaded at deploy, or data in S3. */
export abstract class Channel {
  /**
   * A directory of this machine. It is uploaded at deploy to `data/<channel>/<hash of its contents>/`
   * in the project's bucket: changed contents are another URI, and so another training job.
   * What file managers, notebooks and editors leave behind stays out, what looks like a secret (`.env`, `.aws`, `.ssh`, `.netrc`,
   * private keys) unless `.sagemakerignore` in the directory names it (`!.env`), and what that file names otherwise.
   */
  public static fromDirectory(directory: string, options: ChannelOptions = {}): DirectoryChannel {
    return new DirectoryChannel(directory, checkProps('ChannelOptions', options));
  }

  /**
   * Data that lies in S3, of any size.
   * @param uri such as `s3://my-bucket/prefix/`: all objects whose key begins so.
   */
  public static fromS3(uri: string, options: S3ChannelOptions = {}): S3Channel {
    return new S3Channel(uri, checkProps('S3ChannelOptions', options));
  }

  /** As given. */
  public readonly options: ChannelOptions;

  protected constructor(private readonly declared: CheckedProps<ChannelOptions>) {
    this.options = declared.sound;
  }

  /**
   * CreateTrainingJob's own Channel.
   * @param name the channel's
   * @param bucketName the project's bucket
   */
  public input(name: string, bucketName: string): ChannelInput {
    return {
      ChannelName: name,
      DataSource: {
        S3DataSource: {
          S3DataType: 'S3Prefix',
          S3Uri: this.uri(name, bucketName),
          S3DataDistributionType: this.options.distribution ?? 'FullyReplicated',
        },
      },
      ContentType: this.options.contentType,
      InputMode: this.options.inputMode,
    };
  }

  /** The S3 URI of the data. */
  public abstract uri(name: string, bucketName: string): string;

  /** What lets a role read the data. */
  public abstract readStatements(scope: Construct, name: string, bucket: IBucket): PolicyStatement[];

  /** What stands for the data beside its URI; undefined where the URI alone does. */
  public abstract readonly version: string | undefined;

  /** The channel itself if a deploy uploads its data. */
  public abstract readonly upload: DirectoryChannel | undefined;

  /** What is wrong with the channel; `prop` is its place in the configuration. */
  public problems(prop: string): string[] {
    return [...this.declared.problems(prop), ...this.dataProblems(prop)];
  }

  /** What is wrong with the data. */
  protected abstract dataProblems(prop: string): string[];
}

/** A channel whose data is uploaded from a directory. */
export class DirectoryChannel extends Channel {
  /** The directory, absolute. */
  public readonly path: string;
  /** The URI has the contents' hash. */
  public readonly version = undefined;
  public readonly upload = this;
  private readonly selected: FileSelection;
  private read: Contents | undefined;
  private hash: string | undefined;

  public constructor(
    /** As given. */
    public readonly directory: string,
    options: CheckedProps<ChannelOptions>,
  ) {
    super(options);
    this.path = resolve(String(directory));
    this.selected = new FileSelection(String(directory));
  }

  /** Where the data lies in the project's bucket, without a slash at its end: the hash of its names and contents is part of it. */
  public prefix(name: string): string {
    this.hash ??= contentsHash(this.contents());
    return datasetPrefix(name, this.hash.slice(0, DATASET_HASH_LENGTH));
  }

  public uri(name: string, bucketName: string): string {
    return `s3://${bucketName}/${this.prefix(name)}/`;
  }

  public readStatements(_scope: Construct, name: string, bucket: IBucket): PolicyStatement[] {
    return readPrefix(bucket.bucketArn, `${this.prefix(name)}/`);
  }

  /** What a deploy uploads. */
  public asset(scope: Construct, id: string): DirectoryAsset {
    return new DirectoryAsset(scope, id, { directory: this.path, contents: this.contents(), form: 'files' });
  }

  /** The size of all files, in MiB, rounded up. */
  public sizeMebibytes(): number {
    const bytes = [...this.selected.selection.stats.values()].reduce((sum, { size }) => sum + size, 0);
    return Math.ceil(bytes / 1024 ** 2);
  }

  protected dataProblems(prop: string): string[] {
    if (!existsSync(this.path) || !statSync(this.path).isDirectory()) {
      return [`${prop}: no directory '${this.directory}' (looked for ${this.path})`];
    }
    const problems = this.selected.problems(prop);
    if (problems.length > 0) {
      return problems;
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

  /** What stays out since it looks like a secret, with the directory. */
  public secrets(): string[] {
    return this.selected.selection.secrets.map((path) => join(this.directory, path));
  }

  private files(): readonly string[] {
    return this.selected.selection.files;
  }

  /** Read once, since several stacks ask for it. */
  private contents(): Contents {
    return (this.read ??= readContents(this.path, this.selected.selection));
  }
}

/** A channel whose data lies in S3. */
export class S3Channel extends Channel {
  public readonly version: string | undefined;
  public readonly upload = undefined;

  public constructor(
    private readonly given: string,
    options: CheckedProps<S3ChannelOptions>,
  ) {
    super(options);
    this.version = options.sound.version;
  }

  public uri(): string {
    return this.given;
  }

  public readStatements(scope: Construct): PolicyStatement[] {
    const [bucketName = '', ...key] = this.given.replace('s3://', '').split('/');
    const bucketArn = Stack.of(scope).formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: bucketName,
    });
    return readPrefix(bucketArn, key.join('/'));
  }

  protected dataProblems(prop: string): string[] {
    const problems = s3UriProblems(prop, this.given);
    if (problems.length === 0 && /^s3:\/\/.*\/\//.test(this.given)) {
      problems.push(
        `${prop}: '${this.given}' has '//' in its key, which SageMaker refuses when the job starts; copy the data to a key without it`,
      );
    }
    return problems;
  }
}

/** The channels whose data a deploy uploads, by name. */
export function uploadedChannels(channels: Readonly<Record<string, Channel>>): Map<string, DirectoryChannel> {
  return new Map(
    Object.entries(channels).flatMap(([name, { upload }]): [string, DirectoryChannel][] =>
      upload ? [[name, upload]] : [],
    ),
  );
}

/** The directories that they come from. */
export function channelDirectories(channels: Readonly<Record<string, Channel>>): string[] {
  return [...uploadedChannels(channels).values()].map(({ path }) => path);
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
