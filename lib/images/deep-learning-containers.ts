import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The account that holds the Deep Learning Containers in most regions. */
const COMMON_ACCOUNT = '763104351884';

const COMMON_REGIONS = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

/**
 * Accounts of the Deep Learning Containers by region.
 * Source: "Available Deep Learning Containers Images", region table. It is wider than the CDK's own table, whose lookup throws in a third of these.
 */
export const DLC_ACCOUNTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(COMMON_REGIONS.map((region) => [region, COMMON_ACCOUNT])),
  'af-south-1': '626614931356',
  'ap-east-1': '871362719292',
  'ap-east-2': '975050140332',
  'ap-northeast-3': '364406365360',
  'ap-south-2': '772153158452',
  'ap-southeast-3': '907027046896',
  'ap-southeast-4': '457447274322',
  'ap-southeast-5': '550225433462',
  'ap-southeast-6': '633930458069',
  'ap-southeast-7': '590183813437',
  'ca-west-1': '204538143572',
  'cn-north-1': '727897471807',
  'cn-northwest-1': '727897471807',
  'eu-central-2': '380420809688',
  'eu-south-1': '692866216735',
  'eu-south-2': '503227376785',
  'il-central-1': '780543022126',
  'me-central-1': '914824155844',
  'me-south-1': '217643126080',
  'mx-central-1': '637423239942',
  'us-gov-east-1': '446045086412',
  'us-gov-west-1': '442386744353',
};

/** An image of the Deep Learning Containers: its repository and tag. */
export interface DeepLearningContainer {
  readonly repository: string;
  readonly tag: string;
}

/** The registry's account for a stack's region: looked up at synthesis where the region is known, by a mapping in the template otherwise. */
function registryAccount(stack: Stack): string {
  if (!Token.isUnresolved(stack.region)) {
    const account = DLC_ACCOUNTS[stack.region];
    if (!account) {
      throw new Error(
        `no Deep Learning Containers in the region '${stack.region}'; there are some in ${Object.keys(DLC_ACCOUNTS).toSorted().join(', ')}`,
      );
    }
    return account;
  }
  const id = 'DeepLearningContainers';
  const mapping =
    (stack.node.tryFindChild(id) as CfnMapping | undefined) ??
    new CfnMapping(stack, id, {
      mapping: Object.fromEntries(
        Object.entries(DLC_ACCOUNTS)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([region, account]) => [region, { account }]),
      ),
    });
  return mapping.findInMap(Aws.REGION, 'account');
}

/** The image's URI in the region of a construct's stack. */
export function imageUri(scope: Construct, image: DeepLearningContainer): string {
  const stack = Stack.of(scope);
  return `${registryAccount(stack)}.dkr.ecr.${stack.region}.${stack.urlSuffix}/${image.repository}:${image.tag}`;
}

/** The ARN of the image's repository in the region of a construct's stack. */
export function repositoryArn(scope: Construct, image: DeepLearningContainer): string {
  const stack = Stack.of(scope);
  return stack.formatArn({
    service: 'ecr',
    account: registryAccount(stack),
    resource: 'repository',
    resourceName: image.repository,
  });
}
