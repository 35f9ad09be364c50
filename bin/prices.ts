import { main } from '../lib/cli/main';
import { pricesCommand } from '../lib/cli/prices-command';

void main(pricesCommand);
