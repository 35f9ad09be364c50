import { join } from 'node:path';
import { adoptCommand } from '../lib/commands/adopt/adopt-command';
import { main } from '../lib/console/main';

void main(adoptCommand(join(__dirname, '..')));
