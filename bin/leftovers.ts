import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftoversCommand, type ProjectToFind } from '../lib/commands/leftovers/leftovers-command';
import { main } from '../lib/console/main';
import { synthesizeApp } from '../lib/assembly/synthesize';
import { declaredProjects } from '../lib/assembly/declared-projects';

/** The projects that bin/app.ts declares. */
async function projects(signal: AbortSignal): Promise<ProjectToFind[]> {
  const output = mkdtempSync(join(tmpdir(), 'leftovers-'));
  try {
    const { stacks } = await synthesizeApp(join(__dirname, '..'), output, signal);
    return declaredProjects(stacks).map(({ name, stacks: own }) => ({
      name,
      stackNames: own.map((stack) => stack.name),
    }));
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

void main(leftoversCommand({ declaredProjects: projects, environment: process.env }));
