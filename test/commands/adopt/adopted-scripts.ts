import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { adoptCommand } from '../../../lib/commands/adopt/adopt-command';
import type { Finding } from '../../../lib/commands/adopt/proposal';
import { RecordingTerminal } from '../../console/recording-terminal';

const REPOSITORY = resolve(__dirname, '../../..');

/** Numbers enough for a model to learn something: as many columns as asked for, in rows that differ. */
export function table(columns: number, rows = 24): string {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) =>
      column === 0 ? row % 2 : (row * (column + 3)) % 7,
    ).join(),
  ).join('\n');
}

/** What a command said and ended with. */
export interface Adoption {
  readonly code: number;
  readonly findings: readonly Finding[];
  readonly diff: string;
}

/** A project of its own, with the scripts of this folder in it: its bin/app.ts is what the command reads and writes. */
export class AdoptingProject {
  public readonly root = mkdtempSync(join(tmpdir(), 'adopting-'));
  public readonly app = join(this.root, 'bin/app.ts');

  /** @param names of its projects */
  public constructor(names: readonly string[]) {
    for (const shared of [
      'lib',
      'node_modules',
      '.venv',
      '.prettierrc.json',
      'cdk.json',
      'tsconfig.json',
      'package.json',
    ]) {
      symlinkSync(join(REPOSITORY, shared), join(this.root, shared));
    }
    cpSync(join(__dirname, 'scripts'), join(this.root, 'scripts'), { recursive: true });
    mkdirSync(join(this.root, 'bin'));
    const projects = names.map((name) => `new SageMakerProject(app, '${name}', {});`);
    writeFileSync(
      this.app,
      `import { App } from 'aws-cdk-lib';
import { SageMakerProject } from '../lib/project/sagemaker-project';

const app = new App();
${projects.join('\n')}
`,
    );
  }

  /** Writes a file of data or a script, relative to the root. */
  public write(path: string, contents: string | Buffer): void {
    const file = join(this.root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, contents);
  }

  public read(): string {
    return readFileSync(this.app, 'utf8');
  }

  /** Runs `npm run adopt`. */
  public async adopt(script: string, ...options: string[]): Promise<Adoption> {
    const terminal = new RecordingTerminal();
    const paths = options.map((option, index) =>
      options[index - 1] === '--data' ? join(this.root, option) : option,
    );
    const code = await adoptCommand(this.root)([join(this.root, script), ...paths, '--json'], {
      terminal,
      signal: new AbortController().signal,
    });
    return { code, ...(JSON.parse(terminal.results[0]!) as Omit<Adoption, 'code'>) };
  }

  public remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
