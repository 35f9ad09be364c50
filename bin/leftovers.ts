import { join } from 'node:path';
import { readApp } from '../lib/assembly/declared-app';
import { declaredProjects } from '../lib/assembly/declared-projects';
import { leftoversCommand } from '../lib/commands/leftovers/leftovers-command';
import { main } from '../lib/console/main';

const root = join(__dirname, '..');

void main(
  leftoversCommand({
    declaredProjects: (signal) => readApp(root, signal, declaredProjects),
    environment: process.env,
  }),
);
