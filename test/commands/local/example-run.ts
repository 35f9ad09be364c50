// A command run for a project that is declared in a text, as the examples' READMEs have it.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '../../..');
const IMPORTS = [
  ['Hosting', 'endpoint/hosting'],
  ['Framework', 'images/framework'],
  ['Algorithm', 'images/algorithm'],
  ['SageMakerProject', 'project/sagemaker-project'],
  ['Channel', 'training/channel'],
].map(([name, module]) => `import { ${name} } from ${JSON.stringify(join(ROOT, 'lib', module!))};`);

/** One run's own directory: the app, the files to predict, and what a command writes. */
export class ExampleRun {
  private readonly directory = mkdtempSync(join(tmpdir(), 'example-'));

  /** Runs a command for what is declared; resolves with what it said. */
  public async run(command: 'local' | 'start', declared: string, ...line: string[]): Promise<string> {
    const cdk = `import { App } from ${JSON.stringify(join(ROOT, 'node_modules/aws-cdk-lib'))};`;
    const app = [cdk, ...IMPORTS, 'const app = new App();', declared].join('\n');
    writeFileSync(join(this.directory, 'app.ts'), app);
    const settings = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as object;
    const start = `cd ${ROOT} && node -r ts-node/register ${this.directory}/app.ts`;
    writeFileSync(join(this.directory, 'cdk.json'), JSON.stringify({ ...settings, app: start }));
    const starter = join(__dirname, command === 'local' ? 'local-in.ts' : '../rehearsal/start-in.ts');
    const out = ['--out', join(this.directory, 'out')];
    const all = ['-r', 'ts-node/register', starter, this.directory, ...out, ...line];
    const { stdout, stderr } = await promisify(execFile)('node', all, { cwd: ROOT });
    return stdout + stderr;
  }

  /** Writes a file, such as one to predict; returns its path. */
  public file(name: string, text: string): string {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** What was predicted for a file. */
  public answer(name: string): unknown {
    const path = join(this.directory, 'out/predictions', `${name}.prediction.json`);
    return JSON.parse(readFileSync(path, 'utf8'));
  }

  /** The report of the last command. */
  public report(): string {
    return readFileSync(join(this.directory, 'out/report.html'), 'utf8');
  }

  /** Removes it all. */
  public remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What the README of an example declares, at its first or a later place. */
export function declaredBy(example: string, place = 0): string {
  const readme = readFileSync(join(ROOT, 'training', example, 'README.md'), 'utf8');
  return [...readme.matchAll(/```ts\n(.*?)```/gs)][place]![1]!;
}
