import { join } from 'node:path';
import { main } from '../lib/console/main';
import { createReviewCommand } from '../lib/commands/review/review-command';

void main(createReviewCommand(join(__dirname, '..')));
