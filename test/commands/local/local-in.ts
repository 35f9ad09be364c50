import { localCommand } from '../../../lib/commands/local/local-command';
import { main } from '../../../lib/console/main';

/** `npm run local` for the app in a directory that is the first argument. */
const [root] = process.argv.splice(2, 1);
void main(localCommand(root!));
