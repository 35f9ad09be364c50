import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../console/user-error';
import type { AssemblyStack } from './cloud-assembly';
import { chooseProject, declaredProjects } from './declared-projects';
import { type ProjectTemplate, readProjectTemplate } from './project-template';
import { assumedRegion, NO_FILES, synthesizeApp } from './synthesize';

/** Reads the project that a command is about. @throws UsageError where it is not clear which */
export type DeclaredProjectReader = (
  projectName: string | undefined,
  signal: AbortSignal,
) => Promise<ProjectTemplate>;

/** Reads the app of a directory for a command that deploys nothing: its stacks' templates. The files of their assets are not there. */
export async function readApp<T>(
  root: string,
  signal: AbortSignal,
  read: (stacks: readonly AssemblyStack[]) => T,
): Promise<T> {
  const output = mkdtempSync(join(tmpdir(), 'assembly-'));
  try {
    return read((await synthesizeApp(root, output, signal, NO_FILES)).stacks);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/**
 * The one project that a command is about, as its templates declare it.
 * @param projectName what `--project` says: needed only in an app of several projects
 * @throws UsageError where it is not clear which
 */
export function readDeclaredProject(
  stacks: readonly AssemblyStack[],
  projectName: string | undefined,
): ProjectTemplate {
  const chosen = chooseProject(declaredProjects(stacks), projectName);
  const project = readProjectTemplate(chosen, stacks, assumedRegion());
  if (!project.trainingJob && !project.endpoint) {
    throw new UserError(
      `the project '${project.name}' declares neither a training job nor an endpoint: give it training or hosting in bin/app.ts`,
    );
  }
  return project;
}
