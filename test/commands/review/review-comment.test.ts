import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The script of the workflow that posts a review, as actions/github-script runs it. */
function script(): string {
  const workflow = readFileSync(
    join(__dirname, '..', '..', '..', '.github', 'workflows', 'review-comment.yml'),
    'utf8',
  );
  return workflow.split(/^ +script: \|\n/m)[1]!;
}

interface Pull {
  readonly number: number;
  readonly head: { readonly sha: string; readonly repo: { readonly id: number } | null };
}

interface Comment {
  readonly id: number;
  readonly user: { readonly login: string };
  readonly body: string;
}

const BOT = { login: 'github-actions[bot]' };
const MARKER = '<!-- npm run review -->';
const pull: Pull = { number: 7, head: { sha: 'abc', repo: { id: 2 } } };

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'comment-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the script against a GitHub with these pull requests and comments; tells what it wrote. */
async function post(pulls: readonly Pull[], comments: readonly Comment[] = []) {
  const written: { kind: string; body: string; issue_number?: number; comment_id?: number }[] = [];
  const asked: unknown[] = [];
  const notices: string[] = [];
  const list = () => undefined;
  const listComments = () => undefined;
  const github = {
    paginate: (method: unknown, parameters: unknown) => {
      asked.push(parameters);
      return Promise.resolve(method === list ? pulls : comments);
    },
    rest: {
      pulls: { list },
      issues: {
        listComments,
        createComment: (given: { body: string }) => written.push({ kind: 'create', ...given }),
        updateComment: (given: { body: string }) => written.push({ kind: 'update', ...given }),
      },
    },
  };
  const context = {
    repo: { owner: 'us', repo: 'pets' },
    payload: {
      workflow_run: {
        head_repository: { id: 2, owner: { login: 'stranger' } },
        head_branch: 'change',
        head_sha: 'abc',
        html_url: 'https://github.com/us/pets/actions/runs/1',
      },
    },
  };
  const core = { notice: (message: string) => notices.push(message) };
  const AsyncFunction = (async () => undefined).constructor as new (
    ...parameters: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const run = new AsyncFunction('github', 'context', 'core', 'require', 'process', script());
  await run(github, context, core, require, { env: { REVIEW: join(directory, 'review.md') } });
  return { written, asked, notices };
}

test('creates the comment of the pull request whose head was reviewed', async () => {
  writeFileSync(join(directory, 'review.md'), '## What this change does');
  const moved: Pull = { number: 8, head: { sha: 'older', repo: { id: 2 } } };
  const other: Pull = { number: 9, head: { sha: 'abc', repo: { id: 3 } } };
  const { written, asked } = await post([moved, other, pull]);
  expect(asked[0]).toEqual({ owner: 'us', repo: 'pets', state: 'open', head: 'stranger:change' });
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({ kind: 'create', owner: 'us', repo: 'pets', issue_number: 7 });
  expect(written[0]!.body.startsWith(`${MARKER}\n\n<sub>Computed by the code of abc,`)).toBe(true);
  expect(written[0]!.body.endsWith('\n\n## What this change does')).toBe(true);
});

test('replaces its own comment, and no one else’s', async () => {
  writeFileSync(join(directory, 'review.md'), 'again');
  const { written } = await post(
    [pull],
    [
      { id: 1, user: { login: 'stranger' }, body: `${MARKER} mine` },
      { id: 2, user: BOT, body: 'of another workflow' },
      { id: 3, user: BOT, body: `${MARKER}\n\nbefore` },
    ],
  );
  expect(written).toEqual([expect.objectContaining({ kind: 'update', comment_id: 3 })]);
});

test.each([
  ['none', []],
  ['two', [pull, { ...pull, number: 8 }]],
])('posts nothing where %s of the pull requests can be meant', async (_, pulls) => {
  writeFileSync(join(directory, 'review.md'), 'words');
  const { written, notices } = await post(pulls);
  expect(written).toEqual([]);
  expect(notices).toEqual([`${pulls.length} open pull requests have abc as their head: no comment`]);
});

test('the words of the artifact call nobody, hide nothing, and fit', async () => {
  writeFileSync(join(directory, 'review.md'), `@everyone <!-- hidden -->${'x'.repeat(100_000)}`);
  const { written } = await post([pull]);
  const { body } = written[0]!;
  expect(body).not.toContain('@everyone');
  expect(body.split('<!--')).toHaveLength(2);
  expect(body.length).toBeLessThan(65_536);
});

test('an artifact that is a link, or too large, is no review', async () => {
  const secret = join(directory, 'secret');
  writeFileSync(secret, 'secret');
  symlinkSync(secret, join(directory, 'review.md'));
  await expect(post([pull])).rejects.toThrow('ELOOP');
  rmSync(join(directory, 'review.md'));
  writeFileSync(join(directory, 'review.md'), 'x'.repeat(1_000_001));
  await expect(post([pull])).rejects.toThrow('the artifact is no review');
});
