import { join } from 'node:path';
import { DeclaredApp } from '../lib/assembly/declared-app';
import { leftoversCommand } from '../lib/commands/leftovers/leftovers-command';
import { main } from '../lib/console/main';

const app = new DeclaredApp(join(__dirname, '..'));

void main(leftoversCommand({ declaredProjects: (signal) => app.projects(signal), environment: process.env }));
