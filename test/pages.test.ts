import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { scripts } from '../package.json';
import { Clone, PAGE_COMMANDS, pages, ROOT, shellLines } from './page-commands';

test('each command that a page shows is in the list of what runs it, and no other', () => {
  const shown = new Set([...pages().values()].flatMap(shellLines));
  expect([...shown].toSorted()).toEqual(Object.keys(PAGE_COMMANDS).toSorted());
});

test('each script of npm that a sentence names is there', () => {
  const named = [...pages()].flatMap(([page, text]) =>
    [...text.matchAll(/`npm run (?:--silent )?(\w+)/g)].map(([, script]) => ({ page, script: script! })),
  );
  expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
});

test('each link to a file leads to one', () => {
  const linked = [...pages()].flatMap(([page, text]) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => join(dirname(page), path!)),
  );
  expect(linked.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

describe('as written, in a clone', () => {
  let clone: Clone;
  beforeAll(() => {
    clone = new Clone();
    clone.commit();
  });
  afterAll(() => clone.remove());

  test.each(Object.keys(PAGE_COMMANDS).filter((command) => PAGE_COMMANDS[command]!.asWritten === 'npm test'))(
    '%s',
    async (command) => {
      const { stdout } = await promisify(execFile)('sh', ['-c', command], {
        cwd: clone.root,
        env: clone.environment,
      });
      expect(stdout).toMatch(/^(<!-- .* -->\n)?.*Nothing changes/m);
    },
    120_000,
  );

  test("the README's script and declaration synthesize in place of the example, and nothing misses that", async () => {
    clone.bringOwnScript();
    await promisify(execFile)('npx', ['cdk', 'synth', '--quiet'], {
      cwd: clone.root,
      env: clone.environment,
    });
    expect(existsSync(join(clone.root, 'cdk.out/price-endpoint.template.json'))).toBe(true);
  }, 120_000);
});
