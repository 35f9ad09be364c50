import {
  CloudFormationClient,
  paginateDescribeStacks,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import type { Found, Search } from './finder';
import { FREE } from './leftover';
import type { OwnedStack, StackResource } from './ownership';
import { awsCommand } from './removal';
import { PROJECT_TAG } from '../../names';

/** The ARNs of stacks. */
export const STACK_ARNS = /^cloudformation:stack\//;

/** The project's stacks in one region. */
export interface ProjectStacks {
  readonly stacks: readonly OwnedStack[];
  readonly found: readonly Found[];
}

/** What finding stacks needs: whether a stack is the project's depends on nothing else. */
export type StackSearch = Omit<Search, 'owned'> & {
  /** The stacks that the app declares, which `cdk destroy` therefore knows. */
  readonly declaredStacks: readonly string[];
};

/** Finds the project's stacks in any state but DELETE_COMPLETE, by name and by tag, and what they hold. */
export async function findStacks(search: StackSearch): Promise<ProjectStacks> {
  const client = search.client(CloudFormationClient);
  const stacks: OwnedStack[] = [];
  const found: Found[] = [];
  const named = search.names.stackNames;
  const own: Stack[] = [];
  for await (const page of paginateDescribeStacks({ client }, {}, search.options)) {
    own.push(
      ...(page.Stacks ?? []).filter((stack) => named.includes(stack.StackName!) || isTagged(stack, search)),
    );
  }
  for (const stack of own) {
    const name = stack.StackName!;
    const held = await resourcesOf(name, search);
    const deletion = awsCommand(search.region, 'cloudformation delete-stack', { 'stack-name': name });
    const removal = [
      held && held.unanswered.length > 0
        ? `${deletion} --retain-resources ${held.unanswered.join(' ')}`
        : search.declaredStacks.includes(name)
          ? `AWS_REGION=${search.region} npx cdk destroy ${name}`
          : deletion,
    ];
    stacks.push({ name, removal, resources: held?.resources });
    found.push({
      type: 'AWS::CloudFormation::Stack',
      name,
      arn: stack.StackId,
      foundBy: [
        ...(isTagged(stack, search) ? (['tag'] as const) : []),
        ...(named.includes(name) ? (['name'] as const) : []),
      ],
      detail: [`${stack.StackStatus}`, ...(held?.failures ?? [])].join('; '),
      cost: FREE,
      removal,
    });
  }
  return { stacks, found };
}

function isTagged(stack: Stack, { names }: StackSearch): boolean {
  return stack.Tags?.some(({ Key, Value }) => Key === PROJECT_TAG && Value === names.project) ?? false;
}

/** What a stack has in it. */
interface Held {
  readonly resources: StackResource[];
  /** What could not be deleted, and why. */
  readonly failures: string[];
  /** Custom resources whose function did not answer, such as for want of its role: no deletion gets past them. */
  readonly unanswered: string[];
}

/** What a stack holds; undefined if it cannot be listed. */
async function resourcesOf(stackName: string, search: StackSearch): Promise<Held | undefined> {
  const client = search.client(CloudFormationClient);
  const held: Held = { resources: [], failures: [], unanswered: [] };
  try {
    for await (const page of paginateListStackResources(
      { client },
      { StackName: stackName },
      search.options,
    )) {
      for (const resource of page.StackResourceSummaries ?? []) {
        const { PhysicalResourceId: physicalId, ResourceStatus: status, LogicalResourceId: id } = resource;
        // A skipped one is kept on purpose: the stack no longer removes it.
        if (physicalId && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED') {
          held.resources.push({ type: resource.ResourceType!, physicalId });
        }
        if (status === 'DELETE_FAILED') {
          const reason = resource.ResourceStatusReason ?? 'no reason given';
          held.failures.push(`${id} (${physicalId}): ${reason}`);
          if (/did not receive a response/.test(reason)) {
            held.unanswered.push(id!);
          }
        }
      }
    }
  } catch (error) {
    search.cannotSee(`resources of the stack ${stackName}`, error);
    return undefined;
  }
  return held;
}
