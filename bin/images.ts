import { main } from '../lib/console/main';
import { imagesCommand } from '../lib/commands/images/images-command';

void main(imagesCommand);
