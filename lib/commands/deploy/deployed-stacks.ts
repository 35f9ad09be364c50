import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import type { AssemblyStack } from '../../assembly/cloud-assembly';
import type { Template } from '../../aws/template';
import { UserError } from '../../console/user-error';

/** A stack as CloudFormation has it. */
export interface DeployedStack extends AssemblyStack {
  /** Its output BucketName: a workspace has it. */
  readonly bucketName: string | undefined;
}

/** Nothing of such a stack is in use: the CDK CLI deletes it before it deploys. */
const NOT_DEPLOYED = new Set(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'REVIEW_IN_PROGRESS']);

/**
 * The stacks of these names as CloudFormation has them; none for those that are not deployed.
 * @param declared the app's stacks: an asset of the same key is the same file, and so is read from there
 * @throws UserError that names those which CloudFormation is at work on
 */
export async function deployedStacks(
  client: CloudFormationClient,
  names: readonly string[],
  declared: readonly AssemblyStack[],
  signal: AbortSignal,
): Promise<DeployedStack[]> {
  const options = { abortSignal: signal };
  const found = await Promise.all(
    names.map(async (name) => ({ name, stack: await describeStack(client, name, options) })),
  );
  const busy = found.filter(({ stack }) => isBusy(stack));
  if (busy.length > 0) {
    const told = busy.map(({ name, stack }) => `${name} is ${stack!.StackStatus}`).join(', ');
    throw new UserError(
      `${told}: wait until that has ended (npm run watch follows a training), then deploy again`,
    );
  }
  const deployed = found.filter(({ stack }) => stack && !NOT_DEPLOYED.has(stack.StackStatus!));
  return Promise.all(
    deployed.map(async ({ name, stack }) => {
      const { TemplateBody: body = '{}' } = await client.send(
        new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
        options,
      );
      const assets = declared.find((stack) => stack.name === name)?.assets ?? new Map<string, string>();
      const output = stack!.Outputs?.find(({ OutputKey }) => OutputKey === 'BucketName');
      return { name, template: JSON.parse(body) as Template, assets, bucketName: output?.OutputValue };
    }),
  );
}

async function describeStack(
  client: CloudFormationClient,
  name: string,
  options: { readonly abortSignal: AbortSignal },
): Promise<Stack | undefined> {
  try {
    const { Stacks: [stack] = [] } = await client.send(
      new DescribeStacksCommand({ StackName: name }),
      options,
    );
    return stack;
  } catch (error) {
    // CloudFormation has no error of its own for a stack that is not there.
    const { name: kind, message } = error as Error;
    if (kind === 'ValidationError' && /does not exist/.test(message)) {
      return undefined;
    }
    throw error;
  }
}

function isBusy(stack: Stack | undefined): boolean {
  const status = stack?.StackStatus ?? '';
  return status.endsWith('_IN_PROGRESS') && !NOT_DEPLOYED.has(status);
}
