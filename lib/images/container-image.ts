import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Processor } from './instance-types';
import type { Release } from './release';

/** An image as a stack uses it: its URI, and what a role needs to pull it. */
export abstract class ContainerImage {
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
          new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
          new PolicyStatement({
            actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
            resources: [repository],
          }),
        ];
  }
}

/** An image of AWS's own. */
export class ReleasedImage extends ContainerImage {
  public constructor(
    private readonly release: Release,
    private readonly processor: Processor,
    private readonly python?: string,
  ) {
    super();
  }

  public uri(scope: Construct): string {
    const stack = Stack.of(scope);
    const tag = this.release.tag(this.processor, this.python);
    return `${this.account(stack)}.dkr.ecr.${stack.region}.${stack.urlSuffix}/${this.release.repository}:${tag}`;
  }

  public problems(region: string | undefined): string[] {
    const regions = Object.keys(this.release.accounts());
    return region === undefined || regions.includes(region)
      ? []
      : [
          `the image ${this.release.repository}:${this.release.tag(this.processor, this.python)} is not in the region '${region}'; it is in ${regions.join(', ')}`,
        ];
  }

  protected repositoryArn(scope: Construct): string {
    const stack = Stack.of(scope);
    return stack.formatArn({
      service: 'ecr',
      account: this.account(stack),
      resource: 'repository',
      resourceName: this.release.repository,
    });
  }

  /** The registry's account for a stack's region: looked up at synthesis where the region is known, by a mapping in the template otherwise. */
  private account(stack: Stack): string {
    const accounts = this.release.accounts();
    if (!Token.isUnresolved(stack.region)) {
      const account = accounts[stack.region];
      if (account === undefined) {
        throw new Error(this.problems(stack.region).join('; '));
      }
      return account;
    }
    const id = this.release.registry
      .split('-')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('');
    const mapping =
      (stack.node.tryFindChild(id) as CfnMapping | undefined) ??
      new CfnMapping(stack, id, {
        mapping: Object.fromEntries(
          Object.entries(accounts).map(([region, account]) => [region, { account }]),
        ),
      });
    return mapping.findInMap(Aws.REGION, 'account');
  }
}
