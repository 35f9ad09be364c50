import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../lib/console/main';
import { synthesizeProject } from '../lib/assembly/synthesize';
import { watchCommand } from '../lib/commands/watch/watch-command';

void main(
  watchCommand(async (signal) => {
    const output = mkdtempSync(join(tmpdir(), 'watch-'));
    try {
      return (await synthesizeProject(join(__dirname, '..'), output, { projectName: undefined, signal }))
        .project;
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  }),
);
