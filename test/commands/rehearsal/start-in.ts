import { startCommand } from '../../../lib/commands/rehearsal/start-command';
import { main } from '../../../lib/console/main';

/** `npm start` for the app in a directory that is the first argument. */
const [root] = process.argv.splice(2, 1);
void main(startCommand(root!));
