import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readShapes, shapesFile } from '../lib/commands/props/props-shapes';
import { PACKED_PROGRAM, packedProgram } from '../lib/workspace/notebook-idle-stop';

const root = join(__dirname, '..');
writeFileSync(join(root, 'lib/aws/props-shapes.json'), shapesFile(readShapes(root)));
writeFileSync(PACKED_PROGRAM, packedProgram());
