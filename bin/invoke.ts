import { join } from 'node:path';
import { readApp, readDeclaredProject } from '../lib/assembly/declared-app';
import { invokeCommand } from '../lib/commands/invoke/invoke-command';
import { main } from '../lib/console/main';

const root = join(__dirname, '..');

void main(
  invokeCommand((name, signal) => readApp(root, signal, (stacks) => readDeclaredProject(stacks, name))),
);
