import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declaredProjects, type DeclaredProject } from './declared-projects';
import type { ProjectTemplate } from './project-template';
import { NO_FILES, type SynthesizedApp, readDeclaredProject, synthesizeApp } from './synthesize';

/** Reads the project that a command is about. @throws UsageError where it is not clear which */
export type DeclaredProjectReader = (
  projectName: string | undefined,
  signal: AbortSignal,
) => Promise<ProjectTemplate>;

/** The app of a directory, as commands read it that deploy nothing: its stacks' templates. The files of their assets are not there. */
export class DeclaredApp {
  public constructor(private readonly root: string) {}

  /** The projects of the app. */
  public async projects(signal: AbortSignal): Promise<DeclaredProject[]> {
    return this.read(({ stacks }) => declaredProjects(stacks), signal);
  }

  /** One of them. */
  public async project(projectName: string | undefined, signal: AbortSignal): Promise<ProjectTemplate> {
    return this.read(({ stacks }) => readDeclaredProject(stacks, projectName), signal);
  }

  private async read<T>(use: (app: SynthesizedApp) => T, signal: AbortSignal): Promise<T> {
    const output = mkdtempSync(join(tmpdir(), 'assembly-'));
    try {
      return use(await synthesizeApp(this.root, output, signal, NO_FILES));
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  }
}
