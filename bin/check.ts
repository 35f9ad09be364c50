import { checkCommand } from '../lib/cli/check-command';
import { main } from '../lib/cli/main';

void main(checkCommand);
