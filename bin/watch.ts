import { join } from 'node:path';
import { DeclaredApp } from '../lib/assembly/declared-app';
import { watchCommand } from '../lib/commands/watch/watch-command';
import { main } from '../lib/console/main';

const app = new DeclaredApp(join(__dirname, '..'));

void main(watchCommand((name, signal) => app.project(name, signal)));
