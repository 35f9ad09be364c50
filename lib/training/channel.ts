import { resolve } from 'node:path';
import type { Channel as ChannelInput, DataSource, S3DataType } from '@aws-sdk/client-sagemaker';
import { Stack, Token } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type CheckedProps, checkProps } from '../aws/declared-props';
import { DirectoryAsset } from '../aws/directory-asset';
import { type Contents, contentsHash, readContents } from '../aws/directory-contents';
import { allow, readListedObject, readPrefix, s3Arn } from '../aws/sagemaker-permissions';
import { DATASET_HASH_LENGTH, datasetPrefix } from '../names';
import { FileSelection } from '../aws/file-selection';
import { answerForFactories } from '../aws/factories';
import { s3DataProblems } from './s3-uri';

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
   * What the objects are compressed with, for SageMaker to decompress them; in Pipe mode alone.
   * @default None
   */
  readonly compressionType?: 'None' | 'Gzip';
  /**
   * Whether SageMaker wraps each object in a RecordIO record; in Pipe mode alone.
   * @default None
   */
  readonly recordWrapperType?: 'None' | 'RecordIO';
  /**
   * Has the order of the objects shuffled, by this seed; in Pipe mode anew for each epoch.
   * @default - the order of their keys
   */
  readonly shuffleSeed?: number;
  /**
   * Whether each instance gets all objects, or its share.
   * @default FullyReplicated
   */
  readonly distribution?: 'FullyReplicated' | 'ShardedByS3Key';
}

/** A channel whose data lies in S3 already. */
export interface S3ChannelOptions extends ChannelOptions {
  /**
   * A name for the contents. New data in an old place retrains only if this changes.
   * @default - none: the place alone stands for the data
   */
  readonly version?: string;
}

/** A channel whose objects a manifest names. */
export interface ManifestChannelOptions extends S3ChannelOptions {
  /** S3 URIs, such as `s3://my-bucket/images/`: the objects that the manifest names lie below them, and the job may read there. */
  readonly dataUris: readonly string[];
}

/** A channel whose data an augmented manifest names, streamed in Pipe mode. */
export interface AugmentedManifestChannelOptions extends ManifestChannelOptions {
  /** Which attributes of each line are streamed, in their order: 1 to 16, such as `['source-ref', 'label']`. */
  readonly attributeNames: readonly string[];
}

/** A directory of a file system that the instances mount. It wants `vpc`, with security groups that reach the file system. */
export interface FileSystemChannelOptions extends Pick<S3ChannelOptions, 'contentType' | 'version'> {
  /** Such as `fs-0123456789abcdef0`. */
  readonly fileSystemId: string;
  readonly fileSystemType: 'EFS' | 'FSxLustre';
  /** The path in the file system; of FSx for Lustre it begins with the mount name. */
  readonly directoryPath: string;
  /**
   * Whether the job may write there.
   * @default ro
   */
  readonly fileSystemAccessMode?: 'ro' | 'rw';
}

/** Most that the deployment's function can hold, in MiB: Lambda's largest /tmp, half of it for the archive and half for what is in it. */
const MAX_DIRECTORY_MIB = 5 * 1024;

/** What a channel's rules need of the job that reads it. */
export interface ChannelJob {
  /** The job's own, for channels that say no other. */
  readonly inputMode: InputMode;
  readonly inVpc: boolean;
}

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

  /**
   * Data in S3 that a manifest names: a JSON list of `{ "prefix": "s3://…/" }` and of keys after it.
   * @param uri of the manifest, such as `s3://my-bucket/train.manifest`
   */
  public static fromManifest(uri: string, options: ManifestChannelOptions): Channel {
    return new ManifestChannel('ManifestFile', uri, checkProps('ManifestChannelOptions', options));
  }

  /**
   * Data that an augmented manifest names, as labelling jobs of SageMaker Ground Truth write it: lines of JSON.
   * SageMaker streams it, so its input mode is Pipe.
   * @param uri of the manifest, such as `s3://my-bucket/output.manifest`
   */
  public static fromAugmentedManifest(uri: string, options: AugmentedManifestChannelOptions): Channel {
    return new ManifestChannel(
      'AugmentedManifestFile',
      uri,
      checkProps('AugmentedManifestChannelOptions', options),
    );
  }

  /** A directory of EFS or of FSx for Lustre, which is mounted and not copied. */
  public static fromFileSystem(options: FileSystemChannelOptions): Channel {
    return new FileSystemChannel(checkProps('FileSystemChannelOptions', options));
  }

  /** What any channel may have, as given: another channel may be given the same. */
  public readonly options: ChannelOptions;
  /** What stands for the data beside its URI; undefined where the URI alone does. */
  public readonly version: string | undefined;

  protected constructor(private readonly declared: CheckedProps<S3ChannelOptions>) {
    const { version, ...options } = declared.sound;
    this.version = version;
    this.options = options;
  }

  /**
   * CreateTrainingJob's own Channel.
   * @param name the channel's
   * @param bucketName the project's bucket
   */
  public input(name: string, bucketName: string): ChannelInput {
    const { contentType, inputMode, compressionType, recordWrapperType, shuffleSeed } = this.options;
    return {
      ChannelName: name,
      DataSource: this.dataSource(name, bucketName),
      ContentType: contentType,
      CompressionType: compressionType,
      RecordWrapperType: recordWrapperType,
      InputMode: inputMode,
      ShuffleConfig: shuffleSeed === undefined ? undefined : { Seed: shuffleSeed },
    };
  }

  /** Where CreateTrainingJob finds the data. */
  protected abstract dataSource(name: string, bucketName: string): DataSource;

  /** The data of CreateTrainingJob's S3DataSource. */
  protected s3Source(S3DataType: S3DataType, S3Uri: string, attributes?: readonly string[]): DataSource {
    const S3DataDistributionType = this.options.distribution ?? 'FullyReplicated';
    const AttributeNames = attributes && [...attributes];
    return { S3DataSource: { S3DataType, S3Uri, S3DataDistributionType, AttributeNames } };
  }

  /** What lets a role read the data. */
  public abstract readStatements(scope: Construct, name: string, bucket: IBucket): PolicyStatement[];

  /** The channel itself if a deploy uploads its data. */
  public readonly upload: DirectoryChannel | undefined = undefined;

  /** What is wrong with the channel; `prop` is its place in the configuration. */
  public problems(prop: string, job: ChannelJob): string[] {
    const problems = this.declared.problems(prop);
    return this.declared.complete
      ? [...problems, ...this.dataProblems(prop), ...this.modeProblems(prop, job)]
      : problems;
  }

  /** What SageMaker does not do in an input mode. Source: Channel and ShuffleConfig in the API reference. */
  protected modeProblems(prop: string, job: ChannelJob): string[] {
    const { compressionType, recordWrapperType, shuffleSeed, inputMode: mode = job.inputMode } = this.options;
    const problems: string[] = [];
    if (compressionType === 'Gzip' && mode !== 'Pipe') {
      problems.push(
        `${prop}.compressionType: in ${mode} mode the script gets the objects as they are, and SageMaker decompresses none; leave it out, or choose inputMode Pipe`,
      );
    }
    if (recordWrapperType === 'RecordIO' && mode !== 'Pipe') {
      problems.push(
        `${prop}.recordWrapperType: in ${mode} mode SageMaker wraps no object; leave it out, or choose inputMode Pipe`,
      );
    }
    if (shuffleSeed !== undefined && !Number.isSafeInteger(shuffleSeed)) {
      problems.push(`${prop}.shuffleSeed: ${shuffleSeed} is not a whole number; give such as 42`);
    }
    return problems;
  }

  /** What is wrong with the data. */
  protected abstract dataProblems(prop: string): string[];
}

answerForFactories(Channel);

/** A channel whose data is uploaded from a directory. */
export class DirectoryChannel extends Channel {
  /** The directory, absolute. */
  public readonly path: string;
  public override readonly upload = this;
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

  /** The S3 URI of the data. */
  public uri(name: string, bucketName: string): string {
    return `s3://${bucketName}/${this.prefix(name)}/`;
  }

  protected dataSource(name: string, bucketName: string): DataSource {
    return this.s3Source('S3Prefix', this.uri(name, bucketName));
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
    const problems = this.selected.problems(prop);
    if (problems.length > 0) {
      return problems;
    }
    if (this.selected.selection.files.length === 0) {
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
    return this.selected.secrets();
  }

  /** Read once, since several stacks ask for it. */
  private contents(): Contents {
    return (this.read ??= readContents(this.path, this.selected.selection, 'files'));
  }
}

/** A channel whose data lies in S3. */
export class S3Channel extends Channel {
  public constructor(
    private readonly given: string,
    options: CheckedProps<S3ChannelOptions>,
  ) {
    super(options);
  }

  protected dataSource(): DataSource {
    return this.s3Source('S3Prefix', this.given);
  }

  public readStatements(scope: Construct): PolicyStatement[] {
    return readPrefix(...bucketAndKey(scope, this.given));
  }

  protected dataProblems(prop: string): string[] {
    return s3DataProblems(prop, this.given);
  }
}

/** A channel whose data a manifest in S3 names. */
class ManifestChannel extends Channel {
  private readonly dataUris: readonly string[];
  private readonly attributeNames: readonly string[] | undefined;

  public constructor(
    private readonly type: 'ManifestFile' | 'AugmentedManifestFile',
    private readonly manifest: string,
    options: CheckedProps<ManifestChannelOptions & Partial<AugmentedManifestChannelOptions>>,
  ) {
    const { dataUris = [], attributeNames, ...sound } = options.sound;
    // Nothing else reads lines of JSON.
    const streamed = type === 'AugmentedManifestFile' ? { inputMode: 'Pipe' as const } : {};
    super({ ...options, sound: { ...streamed, ...sound } });
    this.dataUris = dataUris;
    this.attributeNames = attributeNames;
  }

  protected dataSource(): DataSource {
    return this.s3Source(this.type, this.manifest, this.attributeNames);
  }

  public readStatements(scope: Construct): PolicyStatement[] {
    return [
      ...readListedObject(...bucketAndKey(scope, this.manifest)),
      ...this.dataUris.flatMap((uri) => readPrefix(...bucketAndKey(scope, uri))),
    ];
  }

  protected dataProblems(prop: string): string[] {
    const problems = [this.manifest, ...this.dataUris].flatMap((uri) => s3DataProblems(prop, uri));
    if (this.manifest.endsWith('/')) {
      problems.push(
        `${prop}: '${this.manifest}' is a prefix; name the manifest itself, or use Channel.fromS3`,
      );
    }
    if (this.dataUris.length === 0) {
      problems.push(
        `${prop}.dataUris: is empty; name where the data of the manifest lies, such as s3://my-bucket/images/`,
      );
    }
    const count = this.attributeNames?.length ?? 1;
    if (count < 1 || count > 16) {
      problems.push(
        `${prop}.attributeNames: ${count} of them; name 1 to 16 attributes of the manifest's lines`,
      );
    }
    return problems;
  }

  protected override modeProblems(prop: string, job: ChannelJob): string[] {
    const mode = this.options.inputMode ?? job.inputMode;
    const problems = super.modeProblems(prop, job);
    if (this.type === 'AugmentedManifestFile' && mode !== 'Pipe') {
      problems.push(
        `${prop}.inputMode: an augmented manifest is streamed, and ${mode} is no stream; choose Pipe`,
      );
    }
    if (this.type === 'ManifestFile' && mode === 'FastFile') {
      problems.push(
        `${prop}.inputMode: FastFile reads prefixes and no manifest; choose File or Pipe, or Channel.fromS3`,
      );
    }
    return problems;
  }
}

/** A channel whose data lies in a file system. */
class FileSystemChannel extends Channel {
  private readonly given: FileSystemChannelOptions;

  public constructor(options: CheckedProps<FileSystemChannelOptions>) {
    const { contentType, version } = options.sound;
    super({ ...options, sound: { contentType, version } });
    this.given = options.sound;
  }

  protected dataSource(): DataSource {
    return {
      FileSystemDataSource: {
        FileSystemId: this.given.fileSystemId,
        FileSystemType: this.given.fileSystemType,
        DirectoryPath: this.given.directoryPath,
        FileSystemAccessMode: this.given.fileSystemAccessMode ?? 'ro',
      },
    };
  }

  /** SageMaker looks for the file system in the role's name; its data is reached by the network. */
  public readStatements(scope: Construct): PolicyStatement[] {
    if (this.given.fileSystemType === 'FSxLustre') {
      // The action has no resource.
      return [allow(['fsx:DescribeFileSystems'], ['*'])];
    }
    const fileSystem = Stack.of(scope).formatArn({
      service: 'elasticfilesystem',
      resource: 'file-system',
      resourceName: this.given.fileSystemId,
    });
    return [
      allow(
        ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeMountTargets'],
        [fileSystem],
      ),
    ];
  }

  protected dataProblems(prop: string): string[] {
    const { fileSystemId: id, directoryPath: path } = this.given;
    const problems: string[] = [];
    if (!Token.isUnresolved(id) && !/^fs-[0-9a-f]{8,18}$/.test(id)) {
      problems.push(
        `${prop}.fileSystemId: '${id}' is not the id of a file system; write such as fs-0123456789abcdef0`,
      );
    }
    if (!Token.isUnresolved(path) && !path.startsWith('/')) {
      problems.push(
        `${prop}.directoryPath: '${path}' does not begin with '/'; write the path from the file system's root`,
      );
    }
    return problems;
  }

  protected override modeProblems(prop: string, { inputMode, inVpc }: ChannelJob): string[] {
    return [
      ...(inVpc
        ? []
        : [
            `${prop}: a file system is reached in its network alone; give vpc, and securityGroups that it lets in`,
          ]),
      ...(inputMode === 'File'
        ? []
        : [
            `${prop}: a file system is mounted, and inputMode is ${inputMode} for all channels; give inputMode to the others alone`,
          ]),
    ];
  }
}

/** The ARN of an S3 URI's bucket, and its key. */
function bucketAndKey(scope: Construct, uri: string): [bucketArn: string, key: string] {
  const [bucket = '', ...key] = uri.replace('s3://', '').split('/');
  return [s3Arn(scope, bucket), key.join('/')];
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
