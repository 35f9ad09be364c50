import { benchCommand } from '../lib/cli/bench-command';
import { main } from '../lib/cli/main';

void main(benchCommand);
