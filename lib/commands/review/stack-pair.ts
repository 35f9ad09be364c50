import type { AssemblyStack } from '../../assembly/cloud-assembly';
import type { Template } from '../../aws/template';

/** A stack before and after a change; one of them is missing for a stack that is new or no longer declared. */
export interface StackPair {
  readonly name: string;
  readonly before: AssemblyStack | undefined;
  readonly after: AssemblyStack | undefined;
}

/** The stacks of two cloud assemblies, paired by name, in the order of a deploy: those that are no longer declared last. */
export function pairStacks(before: readonly AssemblyStack[], after: readonly AssemblyStack[]): StackPair[] {
  const find = (stacks: readonly AssemblyStack[], name: string) =>
    stacks.find((stack) => stack.name === name);
  return [...new Set([...after, ...before].map(({ name }) => name))].map((name) => ({
    name,
    before: find(before, name),
    after: find(after, name),
  }));
}

/** The logical ids of both sides of a pair, those of the former template first. */
export function logicalIds({ before, after }: StackPair): string[] {
  return [...new Set([before, after].flatMap((stack) => Object.keys(stack?.template.Resources ?? {})))];
}

/** A resource for a person: the path of its construct, which begins with the stack's name; else its logical id. */
export function resourceName({ name, before, after }: StackPair, logicalId: string): string {
  const path = pathOf(after?.template, logicalId) ?? pathOf(before?.template, logicalId);
  const told = path
    ?.split('/')
    .filter((part) => part !== 'Resource' && part !== 'Default')
    .filter((part, index, parts) => part !== parts[index - 1]);
  return told?.join('/') ?? `${name}/${logicalId}`;
}

function pathOf(template: Template | undefined, logicalId: string): string | undefined {
  const path = template?.Resources?.[logicalId]?.Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? path : undefined;
}
