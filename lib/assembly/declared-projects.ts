import { UsageError, UserError } from '../console/user-error';
import { PROJECT_TAG, STACK_SUFFIXES, stackName, stackNameParts } from '../names';
import { asRecords } from '../aws/template';
import type { AssemblyStack } from './cloud-assembly';

/** A project as the stacks of an app declare it. */
export interface DeclaredProject {
  readonly name: string;
  /** Its own stacks, and no other's: those of `unet` are not those of `unet-large`. */
  readonly stacks: readonly AssemblyStack[];
  /** The names of its stacks. */
  readonly stackNames: readonly string[];
}

/** The projects of an app, in the order of its stacks. Each has a workspace, which its name is read from. */
export function declaredProjects(stacks: readonly AssemblyStack[]): DeclaredProject[] {
  return stacks.flatMap((stack) => {
    const { projectName: name, suffix } = stackNameParts(stack.name) ?? {};
    if (name === undefined || suffix !== 'workspace' || !isTagged(stack, name)) {
      return [];
    }
    const own = STACK_SUFFIXES.map((ownSuffix) => stackName(name, ownSuffix));
    const ownStacks = stacks.filter((other) => own.includes(other.name));
    return [{ name, stacks: ownStacks, stackNames: ownStacks.map((each) => each.name) }];
  });
}

/**
 * The project that a command is about.
 * @param name what `--project` says; needed only in an app of several projects
 * @throws UsageError that lists the projects, if the name is none of them, or is missing
 */
export function chooseProject<P extends Pick<DeclaredProject, 'name'>>(
  projects: readonly P[],
  name?: string,
): P {
  const names = projects.map((project) => project.name).join(', ');
  const [found, other] = projects.filter((project) => name === undefined || project.name === name);
  if (projects.length === 0) {
    throw new UserError('bin/app.ts declares no project: make a SageMakerProject in it');
  }
  if (found === undefined) {
    throw new UsageError(`bin/app.ts declares no project '${name}'; it declares ${names}`);
  }
  if (other !== undefined) {
    throw new UsageError(`bin/app.ts declares several projects: choose one with --project (${names})`);
  }
  return found;
}

/** A stack of the same name that is not a project's has not its tag. */
function isTagged({ template }: AssemblyStack, projectName: string): boolean {
  return Object.values(template.Resources ?? {})
    .flatMap(({ Properties }) => asRecords(Properties?.Tags))
    .some(({ Key, Value }) => Key === PROJECT_TAG && Value === projectName);
}
