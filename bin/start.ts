import { join } from 'node:path';
import { main } from '../lib/cli/main';
import { startCommand } from '../lib/cli/start-command';

void main(startCommand(join(__dirname, '..')));
