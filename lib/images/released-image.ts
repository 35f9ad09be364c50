import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ContainerImage } from './container-image';
import type { Processor } from './instance-types';
import type { Release } from './release';

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
