import { drillsCommand } from '../lib/commands/check/check-command';
import { main } from '../lib/console/main';

void main(drillsCommand);
