import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Token } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, type DockerImageAssetOptions, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from '../aws/sagemaker-permissions';
import { FileSelection, tellSecrets } from '../aws/file-selection';
import { answerForFactories } from '../aws/factories';

/** SageMaker's longest image URI. */
const MAX_URI_LENGTH = 255;

/** An image as a stack uses it: its URI, and what a role needs to pull it. */
export abstract class ContainerImage {
  /**
   * An image of a repository. Where that is another account's, its policy must let this account pull (`BatchGetImage`,
   * `GetDownloadUrlForLayer` and `BatchCheckLayerAvailability`).
   * @param tagOrDigest such as '1.2' or 'sha256:…'; a tag that moves trains nothing again
   */
  public static fromEcrRepository(repository: IRepository, tagOrDigest: string): ContainerImage {
    return new RepositoryImage(repository, tagOrDigest);
  }

  /**
   * An image that `cdk deploy` builds by Docker on this machine, for x86, and puts into the CDK's own repository.
   * @param directory with a Dockerfile
   */
  public static fromAsset(directory: string, options: DockerImageAssetOptions = {}): ContainerImage {
    return new AssetImage(directory, options);
  }

  /** An image of a private ECR repository, such as `111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1.2`. */
  public static fromUri(uri: string): ContainerImage {
    return new UriImage(uri);
  }

  /** The image's URI in the region of a construct's stack. */
  public abstract uri(scope: Construct): string;

  /** The ARN of the image's repository; undefined where the image is in no private one. */
  protected abstract repositoryArn(scope: Construct): string | undefined;

  /** What is wrong with the image in a region. @param region undefined if only a deploy tells it */
  public abstract problems(region: string | undefined): string[];

  /** Lets a role pull the image. */
  public pullStatements(scope: Construct): PolicyStatement[] {
    const repository = this.repositoryArn(scope);
    return repository === undefined
      ? []
      : [
          // AWS has no resource to scope the token to, and by itself it reads nothing.
          allow(['ecr:GetAuthorizationToken'], ['*']),
          allow(
            ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
            [repository],
          ),
        ];
  }
}

answerForFactories(ContainerImage);

class RepositoryImage extends ContainerImage {
  public constructor(
    private readonly repository: IRepository,
    private readonly tagOrDigest: string,
  ) {
    super();
  }

  public uri(): string {
    return this.repository.repositoryUriForTagOrDigest(this.tagOrDigest);
  }

  public problems(region: string | undefined): string[] {
    const { region: there } = this.repository.env;
    return [
      ...(Token.isUnresolved(this.tagOrDigest) ||
      /^(\w[\w.-]{0,127}|sha256:[0-9a-f]{64})$/.test(this.tagOrDigest)
        ? []
        : [
            `'${this.tagOrDigest}' is neither an image's tag nor its digest; write such as '1.2' or 'sha256:…'`,
          ]),
      ...(Token.isUnresolved(there) ? [] : regionProblems(there, region)),
    ];
  }

  protected repositoryArn(): string {
    return this.repository.repositoryArn;
  }
}

class AssetImage extends ContainerImage {
  public constructor(
    private readonly directory: string,
    private readonly options: DockerImageAssetOptions,
  ) {
    super();
  }

  public uri(scope: Construct): string {
    return this.asset(scope).imageUri;
  }

  public problems(): string[] {
    const file = join(this.directory, this.options.file ?? 'Dockerfile');
    return existsSync(file) ? [] : [`there is no '${file}' to build; name a directory with a Dockerfile`];
  }

  protected repositoryArn(scope: Construct): string {
    return this.asset(scope).repository.repositoryArn;
  }

  /** The build: one for each stack, which runs one image. */
  private asset(scope: Construct): DockerImageAsset {
    const stack = Stack.of(scope);
    const made = stack.node.tryFindChild('Image') as DockerImageAsset | undefined;
    if (made) {
      return made;
    }
    const selected = new FileSelection(this.directory);
    tellSecrets(stack, selected.secrets());
    const secrets = selected.selection.secrets.map((path) =>
      path.replaceAll(/[\\*?[\]!#]/g, String.raw`\$&`),
    );
    return new DockerImageAsset(stack, 'Image', {
      directory: this.directory,
      // Whatever machine deploys, SageMaker's instances are these.
      platform: Platform.LINUX_AMD64,
      ...this.options,
      ...(secrets.length > 0 && { exclude: [...(this.options.exclude ?? []), ...secrets] }),
    });
  }
}

class UriImage extends ContainerImage {
  public constructor(private readonly imageUri: string) {
    super();
  }

  public uri(): string {
    return this.imageUri;
  }

  public problems(region: string | undefined): string[] {
    const parts = this.parts();
    if (!parts) {
      return [
        `'${this.imageUri}' is no image of a private ECR repository, which is all that SageMaker pulls without a network of yours; ` +
          `push it to one and write such as '111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1.2'`,
      ];
    }
    return [
      ...(this.imageUri.length > MAX_URI_LENGTH
        ? [
            `the image's URI has ${this.imageUri.length} characters, and at most ${MAX_URI_LENGTH} are allowed`,
          ]
        : []),
      ...regionProblems(parts.region, region),
    ];
  }

  protected repositoryArn(scope: Construct): string | undefined {
    const parts = this.parts();
    return (
      parts &&
      Stack.of(scope).formatArn({
        service: 'ecr',
        account: parts.account,
        region: parts.region,
        resource: 'repository',
        resourceName: parts.repository,
      })
    );
  }

  private parts(): Readonly<Record<'account' | 'region' | 'repository', string>> | undefined {
    return /^(?<account>\d{12})\.dkr\.ecr(-fips)?\.(?<region>[a-z0-9-]+)\.[a-z0-9.-]+\/(?<repository>[a-z0-9][a-z0-9._/-]*)(:\w[\w.-]{0,127}|@sha256:[0-9a-f]{64})?$/.exec(
      this.imageUri,
    )?.groups as never;
  }
}

/** SageMaker pulls an image from its own region alone. */
function regionProblems(there: string, region: string | undefined): string[] {
  return region === undefined || region === there
    ? []
    : [
        `the image lies in ${there}, and SageMaker pulls none from another region; replicate its repository to ${region}`,
      ];
}
