import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createReviewCommand } from '../../../lib/commands/review/review-command';
import { SynthesisError } from '../../../lib/assembly/synthesize';
import { UsageError, UserError } from '../../../lib/console/user-error';
import { RecordingTerminal } from '../../console/recording-terminal';

const PROJECT = join(__dirname, '..', '..', '..');

/** An app of one bucket, which writes its cloud assembly without the CDK: it starts in no time. */
const bucketApp = (status: 'Enabled' | 'Suspended') => `
const { mkdirSync, writeFileSync } = require('node:fs');
const { CDK_OUTDIR: out } = process.env;
const Bucket = { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: '${status}' } } };
const store = { type: 'aws:cloudformation:stack', properties: { templateFile: 'store.json' } };
mkdirSync(out, { recursive: true });
writeFileSync(out + '/store.json', JSON.stringify({ Resources: { Bucket } }));
writeFileSync(out + '/manifest.json', JSON.stringify({ version: '48.0.0', artifacts: { store } }));
`;

/** An app of two projects with a workspace each. */
const projectsApp = (status: 'Enabled' | 'Suspended') => `
const { mkdirSync, writeFileSync } = require('node:fs');
const { CDK_OUTDIR: out } = process.env;
mkdirSync(out, { recursive: true });
const artifacts = {};
for (const name of ['unet', 'unet-large']) {
  const Properties = { VersioningConfiguration: { Status: '${status}' }, Tags: [{ Key: 'project', Value: name }] };
  const templateFile = name + '.json';
  writeFileSync(out + '/' + templateFile, JSON.stringify({ Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties } } }));
  artifacts[name + '-workspace'] = { type: 'aws:cloudformation:stack', properties: { templateFile } };
}
writeFileSync(out + '/manifest.json', JSON.stringify({ version: '48.0.0', artifacts }));
`;
const bucketFiles = { 'cdk.json': JSON.stringify({ app: 'node app.js' }), 'app.js': bucketApp('Enabled') };

const projectApp = (epochs: number) => `
import { App } from 'aws-cdk-lib';
import { SageMakerProject } from '${PROJECT}/lib/project/sagemaker-project';
import { Channel } from '${PROJECT}/lib/training/channel';
import { Framework } from '${PROJECT}/lib/images/framework';
new SageMakerProject(new App(), 'pets', {
  training: {
    framework: Framework.tensorflow('2.21'),
    sourceDir: 'source',
    entryPoint: 'train.py',
    instanceType: 'ml.m5.xlarge',
    hyperparameters: { epochs: ${epochs} },
    channels: { training: Channel.fromDirectory('data') },
  },
});
`;

let scratch: string;
let root: string;
let temporary: string;
const { TMPDIR } = process.env;

beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'review-test-')));
  root = join(scratch, 'project');
  temporary = join(scratch, 'temporary');
  mkdirSync(root);
  mkdirSync(temporary);
  // What the command leaves behind is found here.
  process.env.TMPDIR = temporary;
});

afterEach(() => {
  if (TMPDIR === undefined) {
    delete process.env.TMPDIR;
  } else {
    process.env.TMPDIR = TMPDIR;
  }
  rmSync(scratch, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
  }
}

function git(...args: string[]): string {
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', root, ...author, ...args], { encoding: 'utf8' }).trim();
}

/** Commits files on the main branch. */
function commit(files: Readonly<Record<string, string>>): string {
  if (!existsSync(join(root, '.git'))) {
    git('init', '--quiet', '--initial-branch', 'main');
    symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  }
  write({ '.gitignore': 'node_modules\ncdk.out\n', ...files });
  git('add', '--all');
  git('commit', '--quiet', '--message', 'files');
  return git('rev-parse', 'HEAD');
}

async function review(...argv: string[]) {
  const terminal = new RecordingTerminal();
  const code = await createReviewCommand(root)(argv, { terminal, signal: new AbortController().signal });
  return { code, terminal, output: terminal.results.join('\n') };
}

function expectNothingLeft(): void {
  expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(readdirSync(temporary).filter((name) => name.startsWith('review-'))).toEqual([]);
}

test('compares the working tree, uncommitted changes included, with the merge base', async () => {
  const base = commit({
    'cdk.json': JSON.stringify({ app: 'ts-node app.ts' }),
    'tsconfig.json': JSON.stringify({ extends: `${PROJECT}/tsconfig.json`, 'ts-node': { swc: true } }),
    'app.ts': projectApp(20),
    'source/train.py': 'print(1)\n',
    'data/one.txt': '1',
  });
  git('checkout', '--quiet', '-b', 'change');
  commit({ 'source/train.py': 'print(2)\n' });
  write({ 'app.ts': projectApp(30), 'data/two.txt': '2' });
  const { code, output } = await review('--markdown', '--region', 'us-east-1');
  expect(code).toBe(0);
  expect(output).toContain(`Compared with \`${base.slice(0, 7)}\`, the merge base with main.\n`);
  expect(output).toContain(
    [
      '**Yes**: the job of `pets-training` trains again.',
      '',
      '- `hyperparameters.epochs`: `20` → `30`',
      '- script: `train.py` changed',
      '- dataset `training`: `two.txt` added',
    ].join('\n'),
  );
  expect(output).not.toContain(scratch);
  expectNothingLeft();
  expect(git('status', '--porcelain').split('\n')).toEqual(['M app.ts', '?? data/two.txt']);
}, 120_000);

test('does not check out a large dataset that is the same, and reads the former one that is not', async () => {
  const seen = join(scratch, 'seen');
  const app = `${bucketApp('Enabled')}
const { appendFileSync, lstatSync, readdirSync } = require('node:fs');
const link = lstatSync('data').isSymbolicLink();
appendFileSync('${seen}', readdirSync('data/many').length + (link ? ' of a link' : '') + ' ');
`;
  const files = Array.from({ length: 600 }, (_, index) => [`data/many/${index}.txt`, String(index)]);
  commit({ ...bucketFiles, 'app.js': app, ...Object.fromEntries(files) });
  write({ 'README.md': 'words' });
  await review();
  expect(readFileSync(seen, 'utf8')).toMatch(/^(600 600 of a link|600 of a link 600) $/);
  write({ 'data/many/more.txt': 'more' });
  rmSync(seen);
  await review();
  expect(readFileSync(seen, 'utf8').split(' ').toSorted()).toEqual(['', '600', '601']);
  expectNothingLeft();
  expect(readdirSync(join(root, 'data', 'many'))).toHaveLength(601);
}, 60_000);

test('says in one line that nothing changes', async () => {
  const base = commit(bucketFiles);
  write({ 'README.md': 'words' });
  const { code, terminal } = await review();
  expect(code).toBe(0);
  expect(terminal.results).toEqual([
    `Nothing changes: what is deployed is the same as at ${base.slice(0, 7)} (the merge base with main).`,
  ]);
  expectNothingLeft();
}, 60_000);

test('of several projects, tells of the one that is named', async () => {
  commit({ 'cdk.json': JSON.stringify({ app: 'node app.js' }), 'app.js': projectsApp('Enabled') });
  write({ 'app.js': projectsApp('Suspended') });
  expect((await review()).output).toContain('unet-large-workspace');
  const { output } = await review('--project', 'unet');
  expect(output).toContain('unet-workspace');
  expect(output).not.toContain('unet-large');
  await expect(review('--project', 'pets')).rejects.toThrow(
    "bin/app.ts declares no project 'pets'; it declares unet, unet-large",
  );
  await expect(review('--project', 'pets')).rejects.toThrow(UsageError);
  expectNothingLeft();
}, 60_000);

test('compares with the commit that is named, as text', async () => {
  const first = commit(bucketFiles);
  commit({ 'app.js': bucketApp('Suspended') });
  const { output } = await review('--base', first);
  expect(output).toContain(`Compared with ${first.slice(0, 7)}.`);
  expect(output).toContain('      ├─ [-] Enabled');
  expect(output).toContain('      └─ [+] Suspended');
  expectNothingLeft();
}, 60_000);

test('says that another lockfile was not installed', async () => {
  commit({ ...bucketFiles, 'package-lock.json': '{"one":1}' });
  write({ 'package-lock.json': '{"two":2}', 'app.js': bucketApp('Suspended') });
  expect((await review()).output).toContain(
    'Its package-lock.json is another: it was synthesized with the packages of the working tree.',
  );
}, 60_000);

test.each([
  ['has no cdk.json', { 'README.md': 'words' }, 'It has no cdk.json, so everything is new.'],
  [
    'cannot be synthesized',
    { ...bucketFiles, 'app.js': 'throw new Error("broken base")' },
    'It cannot be synthesized, so everything is told as new.',
  ],
])(
  'takes everything for new where the base %s',
  async (_, files: Record<string, string>, remark) => {
    commit(files);
    write(bucketFiles);
    const { code, output } = await review();
    expect(code).toBe(0);
    expect(output).toContain(remark);
    expect(output).toContain('[+] AWS::S3::Bucket Bucket');
    expectNothingLeft();
  },
  60_000,
);

test('fails for a working tree that cannot be synthesized, with what the app said', async () => {
  commit(bucketFiles);
  write({ 'app.js': 'throw new Error("broken head")' });
  const failure = review();
  await expect(failure).rejects.toThrow(UserError);
  await expect(failure).rejects.toThrow('broken head');
  expectNothingLeft();
}, 60_000);

test('tells a pull request that it does not synthesize, in place of a review', async () => {
  commit(bucketFiles);
  write({ 'app.js': 'throw new Error("broken head")' });
  const terminal = new RecordingTerminal();
  const context = { terminal, signal: new AbortController().signal };
  await expect(createReviewCommand(root)(['--markdown'], context)).rejects.toThrow(SynthesisError);
  expect(terminal.results.join('\n')).toMatch(
    /^## This change cannot be deployed\n\n\*\*It does not synthesize\*\*[^]*broken head/,
  );
}, 60_000);

test('leaves nothing behind when it is interrupted', async () => {
  commit(bucketFiles);
  const started = join(scratch, 'started');
  write({
    'app.js': `require('fs').writeFileSync('${started}', String(process.pid)); setInterval(() => undefined, 1000);`,
  });
  const entry = join(scratch, 'review.ts');
  writeFileSync(
    entry,
    `import { main } from '${PROJECT}/lib/console/main';
     import { createReviewCommand } from '${PROJECT}/lib/commands/review/review-command';
     void main(createReviewCommand('${root}'));`,
  );
  const child = spawn(process.execPath, ['-r', 'ts-node/register', entry], {
    cwd: PROJECT,
    env: { ...process.env, TS_NODE_PROJECT: join(PROJECT, 'tsconfig.json') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise((resolve) => child.on('close', resolve));
  while (!existsSync(started) && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(git('worktree', 'list').split('\n')).toHaveLength(2);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(said).toContain('interrupted');
  expectNothingLeft();
  // One that has ended may stay as a zombie, where nobody waits for it.
  const app = spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(started, 'utf8')], { encoding: 'utf8' });
  expect(app.stdout.trim()).toMatch(/^(Z.*)?$/);
}, 60_000);

describe('fails, and says the way out,', () => {
  test('outside of a git repository', async () => {
    write(bucketFiles);
    await expect(review()).rejects.toThrow(/is not in a git repository/);
  });

  test('without a main branch', async () => {
    commit(bucketFiles);
    git('branch', '--move', 'trunk');
    await expect(review()).rejects.toThrow(
      'there is no main branch (origin/main, main, origin/master, master): name the commit to compare with by --base',
    );
  });

  test('for a base that git does not know', async () => {
    commit(bucketFiles);
    await expect(review('--base', 'nowhere')).rejects.toThrow("--base: git knows no commit 'nowhere'");
    await expect(review('--base', '--all')).rejects.toThrow(UserError);
  });

  test('for a branch without a common commit', async () => {
    commit(bucketFiles);
    git('checkout', '--quiet', '--orphan', 'other');
    commit({ 'app.js': bucketApp('Suspended') });
    await expect(review()).rejects.toThrow(
      /HEAD and main have no common commit here: fetch the whole history/,
    );
  });

  test.each([[['--bsae', 'main']], [['main']], [['--base', '']], [['--region', 'mars']]])(
    'for the arguments %j',
    async (argv) => {
      commit(bucketFiles);
      await expect(review(...argv)).rejects.toThrow(UsageError);
    },
  );
});

test('prints its usage', async () => {
  expect((await review('--help')).output).toMatch(/^usage: npm run review/);
});
