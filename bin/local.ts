import { join } from 'node:path';
import { localCommand } from '../lib/cli/local-command';
import { main } from '../lib/cli/main';

void main(localCommand(join(__dirname, '..')));
