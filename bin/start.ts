import { join } from 'node:path';
import { main } from '../lib/console/main';
import { startCommand } from '../lib/commands/rehearsal/start-command';

void main(startCommand(join(__dirname, '..')));
