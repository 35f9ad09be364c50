import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftoversCommand } from '../lib/commands/leftovers/leftovers-command';
import { main } from '../lib/console/main';
import { synthesizeApp } from '../lib/assembly/synthesize';
import { type DeclaredProject, declaredProjects } from '../lib/assembly/declared-projects';

/** The projects that bin/app.ts declares. */
async function projects(signal: AbortSignal): Promise<DeclaredProject[]> {
  const output = mkdtempSync(join(tmpdir(), 'leftovers-'));
  try {
    return declaredProjects((await synthesizeApp(join(__dirname, '..'), output, signal)).stacks);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

void main(leftoversCommand({ declaredProjects: projects, environment: process.env }));
