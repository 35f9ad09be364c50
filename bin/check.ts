import { checkCommand } from '../lib/commands/check/check-command';
import { main } from '../lib/console/main';

void main(checkCommand);
