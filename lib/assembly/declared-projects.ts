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
    const name = /^(.+)-workspace$/.exec(stack)?.[1];
    const own = ['endpoint', 'training', 'workspace'].map((suffix) => `${name}-${suffix}`);
    return name === undefined
      ? []
      : [{ name, stackNames: own.filter((ownName) => declared.includes(ownName)) }];
  });
}
