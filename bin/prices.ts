import { main } from '../lib/console/main';
import { pricesCommand } from '../lib/commands/prices/prices-command';

void main(pricesCommand);
