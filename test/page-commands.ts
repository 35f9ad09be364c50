// The commands that README and the pages show, and what runs each.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The project. */
export const ROOT = resolve(__dirname, '..');

/** What runs a command of the pages. */
export interface Runner {
  /** Where it runs as it is written there; `itself`: it is what runs the others. */
  readonly asWritten?: 'npm test' | 'npm run drills' | 'itself';
  /** It needs an AWS: where it runs, the rehearsal's stands in. */
  readonly aws?: true;
  /** What holds it where it does not run as it is written, and why it does not. */
  readonly otherwise?: string;
}

const test: Runner = { asWritten: 'npm test' };
const drill: Runner = { asWritten: 'npm run drills' };
const rehearsed: Runner = { ...drill, aws: true };

/** Each command of the pages. */
export const PAGE_COMMANDS: Readonly<Record<string, Runner>> = {
  'npm test': { asWritten: 'itself' },
  'npm run drills': { asWritten: 'itself' },
  'npm run bench': { otherwise: 'measures by the clock, which a busy machine makes worthless' },
  'npm run format': drill,
  'npm start': drill,
  'npm start -- --keep': drill,
  'npm start -- --channel training=$HOME/photographs --hyperparameter epochs=5': {
    otherwise: 'start-command.test.ts and same-result.drill.ts: the same with other values',
  },
  'npm start -- --s3 s3://my-bucket/photographs=$HOME/photographs --predict x.json': {
    otherwise: 'walkthrough.drill.ts: for a script that reads a bucket',
  },
  'npm run local': drill,
  'npm run local -- --channel training=$HOME/photographs --hyperparameter epochs=5': drill,
  'npm run local -- --aws-credentials': {
    otherwise: 'local-command.test.ts: how it is read; no test has credentials of a person',
  },
  'npm run local -- --skip-training --serve 8080': drill,
  'npm run invoke -- $HOME/photographs/original --url http://127.0.0.1:8080': drill,
  'npm run invoke -- new.csv --url http://127.0.0.1:8080': drill,
  'npm run local -- --predict flowers.csv': { otherwise: 'frameworks.drill.ts: with its path' },
  'npm run local -- --predict patients.csv': { otherwise: 'frameworks.drill.ts: with its path' },
  'npm run local -- --predict patients.json': {
    otherwise: 'PyTorch is a download of 3 GB; test_serving_handlers.py: what serves it',
  },
  'npm run review': test,
  'npm run review -- --base HEAD~1 --markdown': test,
  'npx cdk bootstrap': rehearsed,
  'npm run deploy': rehearsed,
  'npm run deploy -- --retrain': {
    aws: true,
    otherwise: 'deploy.drill.ts: in a project that trains in seconds',
  },
  'npm run watch': rehearsed,
  'npm run watch -- unet-bcb369e63c-0f1e2d3c': { ...rehearsed, otherwise: 'the name is that of a job there' },
  'npm run invoke -- photograph.jpg': rehearsed,
  'npm run leftovers': rehearsed,
  'npm run leftovers -- unet --region eu-west-1 --region us-east-1 --json': rehearsed,
  'npx cdk destroy --all': rehearsed,
};

const git = (...line: string[]) => execFileSync('git', line, { cwd: ROOT, encoding: 'utf8' });

/** The pages of the project, and their text. */
export function pages(): ReadonlyMap<string, string> {
  const listed = git('ls-files', '-co', '--exclude-standard', '*.md').trim().split('\n');
  const names = listed.filter((name) => !name.startsWith('test/'));
  return new Map(names.map((name) => [name, readFileSync(join(ROOT, name), 'utf8')]));
}

/** The lines of a page's shell blocks, without their comments. */
export function shellLines(page: string): string[] {
  return [...page.matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/(^| +)#.*/, '').trim())
    .filter((line) => line !== '');
}

/**
 * The project as a clone would have it, with a first commit and what is installed, in a folder whose `home` is a person's;
 * resolves links, since a process names its real directory.
 */
export class Clone {
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'clone-')));
  public readonly root = join(this.folder, 'project');
  public readonly home = join(this.folder, 'home');
  public readonly environment = { ...process.env, HOME: this.home, NODE_NO_WARNINGS: '1' };

  public constructor() {
    for (const name of git('ls-files', '-co', '--exclude-standard').trim().split('\n')) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      cpSync(join(ROOT, name), join(this.root, name), { preserveTimestamps: true });
    }
    mkdirSync(this.home);
    for (const name of ['node_modules', '.venv']) {
      symlinkSync(join(ROOT, name), join(this.root, name));
    }
    // Older than what is installed: an installation through the link would empty the checkout's own.
    utimesSync(join(this.root, 'package-lock.json'), 0, 0);
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit();
  }

  /** Takes the example out, and has the README's own script and declaration in its place. */
  public bringOwnScript(): void {
    const readme = pages().get('README.md')!;
    const block = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(readme)![1]!;
    const app = readFileSync(join(this.root, 'bin/app.ts'), 'utf8');
    const declaration = app.indexOf('new SageMakerProject(');
    rmSync(join(this.root, 'training'), { recursive: true });
    mkdirSync(join(this.root, 'training'));
    mkdirSync(join(this.root, 'my-data'));
    writeFileSync(join(this.root, 'bin/app.ts'), app.slice(0, declaration) + block('ts'));
    writeFileSync(join(this.root, 'training/train.py'), block('python'));
    // The price, and two numbers that make it.
    writeFileSync(join(this.root, 'my-data/train.csv'), '5,1,2\n8,2,3\n11,3,4\n14,4,5\n');
    writeFileSync(join(this.root, 'new.csv'), '1,2\n4,5\n');
  }

  public git(...line: string[]): void {
    const person = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...person, ...line], { cwd: this.root, env: this.environment });
  }

  /** A commit of everything. */
  public commit(): void {
    this.git('add', '--all', '--', '.', ':!node_modules', ':!.venv');
    this.git('commit', '--quiet', '--message=all', '--allow-empty');
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
