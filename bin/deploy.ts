import { join } from 'node:path';
import { deployCommand } from '../lib/commands/deploy/deploy-command';
import { askOnTerminal } from '../lib/console/question';
import { main } from '../lib/console/main';

void main(deployCommand(join(__dirname, '..'), askOnTerminal()));
