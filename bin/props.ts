import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readShapes, shapesFile } from '../lib/commands/props/props-shapes';

const root = join(__dirname, '..');
writeFileSync(join(root, 'lib/aws/props-shapes.json'), shapesFile(readShapes(root)));
