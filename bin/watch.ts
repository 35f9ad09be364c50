import { join } from 'node:path';
import { readApp, readDeclaredProject } from '../lib/assembly/declared-app';
import { watchCommand } from '../lib/commands/watch/watch-command';
import { main } from '../lib/console/main';

const root = join(__dirname, '..');

void main(
  watchCommand((name, signal) => readApp(root, signal, (stacks) => readDeclaredProject(stacks, name))),
);
