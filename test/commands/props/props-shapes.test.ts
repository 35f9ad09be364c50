import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readShapes, shapesFile } from '../../../lib/commands/props/props-shapes';

test('the committed shapes of props are those of their declarations: `npm run format` writes them', () => {
  const root = join(__dirname, '../../..');
  expect(readFileSync(join(root, 'lib/aws/props-shapes.json'), 'utf8')).toBe(shapesFile(readShapes(root)));
});
