import { join } from 'node:path';
import { main } from '../lib/cli/main';
import { createReviewCommand } from '../lib/cli/review-command';

void main(createReviewCommand(join(__dirname, '..')));
