import { STACK_SUFFIXES, stackName, stackNameParts } from '../names';
import type { AssemblyStack } from './cloud-assembly';

/** A project as the stacks of an app declare it. */
export interface DeclaredProject {
  readonly name: string;
  /** The names of its stacks. */
  readonly stackNames: readonly string[];
}

/** The projects of an app: SageMakerProject makes a stack `<name>-workspace` for each. */
export function declaredProjects(stacks: readonly AssemblyStack[]): DeclaredProject[] {
  const declared = stacks.map(({ name }) => name);
  return declared.flatMap((stack) => {
    const parts = stackNameParts(stack);
    if (parts?.suffix !== 'workspace') {
      return [];
    }
    const own = STACK_SUFFIXES.map((suffix) => stackName(parts.projectName, suffix)).toReversed();
    return [{ name: parts.projectName, stackNames: own.filter((name) => declared.includes(name)) }];
  });
}
