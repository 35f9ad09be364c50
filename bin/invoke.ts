import { join } from 'node:path';
import { DeclaredApp } from '../lib/assembly/declared-app';
import { invokeCommand } from '../lib/commands/invoke/invoke-command';
import { main } from '../lib/console/main';

const app = new DeclaredApp(join(__dirname, '..'));

void main(invokeCommand((name, signal) => app.project(name, signal)));
