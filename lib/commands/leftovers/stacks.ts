import {
  CloudFormationClient,
  paginateDescribeStacks,
  paginateListStackResources,
  type Stack,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { FREE } from '../../cost/resource-cost';
import { each, type Search } from './finder';
import type { OwnedStack } from './ownership';
import { awsCommand } from './removal';

/** The ARNs of stacks. */
export const STACK_ARNS = /^cloudformation:stack\//;

/** What finding stacks needs: whether a stack is the project's depends on nothing else. */
type StackSearch = Omit<Search, 'owned'>;

/**
 * Finds the project's stacks in any state but DELETE_COMPLETE, by name and by tag, and what they hold.
 * @param declared the stacks that the app declares, which `cdk destroy` therefore knows
 */
export async function findStacks(search: StackSearch, declared: readonly string[]): Promise<OwnedStack[]> {
  const { names, options } = search;
  const pages = paginateDescribeStacks({ client: search.client(CloudFormationClient) }, {}, options);
  const own: Stack[] = [];
  for await (const stack of each(pages, ({ Stacks }) => Stacks)) {
    if (names.stackNames.includes(stack.StackName!) || names.isTagged(stack.Tags)) {
      own.push(stack);
    }
  }
  return Promise.all(own.map((stack) => ownedStack(stack, search, declared)));
}

async function ownedStack(
  { StackName, StackId: arn, StackStatus, Tags }: Stack,
  search: StackSearch,
  declared: readonly string[],
): Promise<OwnedStack> {
  const { names, region } = search;
  const name = StackName!;
  const resources = await resourcesOf(name, search);
  const failed = (resources ?? []).filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED');
  const failures = failed.map(
    ({ LogicalResourceId: id, PhysicalResourceId: physicalId, ResourceStatusReason: reason }) =>
      `${id} (${physicalId}): ${reason ?? 'no reason given'}`,
  );
  // Custom resources whose function did not answer, such as for want of its role: no deletion gets past them.
  const unanswered = failed
    .filter(({ ResourceStatusReason: reason }) => /did not receive a response/.test(reason ?? ''))
    .map(({ LogicalResourceId: id }) => id);
  const deletion = awsCommand('cloudformation delete-stack', { 'stack-name': name, region });
  return {
    type: 'AWS::CloudFormation::Stack',
    name,
    arn,
    foundBy: [
      ...(names.isTagged(Tags) ? (['tag'] as const) : []),
      ...(names.stackNames.includes(name) ? (['name'] as const) : []),
    ],
    detail: [StackStatus, ...failures].join('; '),
    cost: FREE,
    removal: [
      unanswered.length > 0
        ? `${deletion} --retain-resources ${unanswered.join(' ')}`
        : declared.includes(name)
          ? `AWS_REGION=${region} npx cdk destroy ${name}`
          : deletion,
    ],
    resources: resources?.flatMap(({ ResourceType, PhysicalResourceId: physicalId, ResourceStatus }) =>
      // A skipped one is kept on purpose: the stack no longer removes it.
      physicalId && !['DELETE_COMPLETE', 'DELETE_SKIPPED'].includes(ResourceStatus!)
        ? [{ type: ResourceType!, physicalId }]
        : [],
    ),
  };
}

/** What a stack has in it; undefined if it cannot be listed. */
async function resourcesOf(
  StackName: string,
  search: StackSearch,
): Promise<StackResourceSummary[] | undefined> {
  const client = search.client(CloudFormationClient);
  const resources: StackResourceSummary[] = [];
  try {
    for await (const page of paginateListStackResources({ client }, { StackName }, search.options)) {
      resources.push(...(page.StackResourceSummaries ?? []));
    }
    return resources;
  } catch (error) {
    search.cannotSee(`resources of the stack ${StackName}`, error);
    return undefined;
  }
}
