import { join } from 'node:path';
import { localCommand } from '../lib/commands/local/local-command';
import { main } from '../lib/console/main';

void main(localCommand(join(__dirname, '..')));
