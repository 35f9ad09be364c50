import { benchCommand } from '../lib/commands/bench/bench-command';
import { main } from '../lib/console/main';

void main(benchCommand);
