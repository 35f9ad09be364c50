import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { Annotations, IgnoreStrategy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { fileBeginning } from './file-beginning';
import { type DirectoryFiles, directoryFiles } from './directory-files';
import { printableLine } from './printable';

/** The file in a directory that names what stays out of it, in the syntax of .gitignore. */
export const IGNORE_FILE = '.sagemakerignore';

/** What file managers, notebooks and editors leave in a directory: no contents, and no reason to train again. */
const LEFT_BEHIND = [
  '.DS_Store',
  'Thumbs.db',
  'desktop.ini',
  '.ipynb_checkpoints',
  '*.swp',
  '*.swo',
  '*~',
  '.#*',
  String.raw`\#*#`,
];

/** Where people and tools keep what opens their accounts. Who means to send it names it in the ignore file as `!.env`. */
const SECRETS = [
  '.env',
  '.env.*',
  '!.env.example',
  '.aws',
  '.ssh',
  '.netrc',
  '_netrc',
  '.git-credentials',
  'id_rsa',
  'id_dsa',
  'id_ecdsa',
  'id_ed25519',
];

/** Files of certificates, public ones as well as private keys. */
const KEY_FILES = ['*.pem', '*.key'];

/** How many problems with files are told one by one. */
const MAX_PROBLEMS = 5;

/** What of a directory goes to AWS. */
export interface Selection extends DirectoryFiles {
  /** Files and directories that stay out since they look like secrets, relative to the directory. */
  readonly secrets: readonly string[];
}

/** Warns of what stays out since it looks like a secret. @param paths as a person knows them */
export function tellSecrets(scope: Construct, paths: readonly string[]): void {
  if (paths.length > 0) {
    Annotations.of(scope).addWarningV2(
      'sagemaker-project:secretsLeftOut',
      printableLine(
        `${paths.join(', ')}: left out, since it looks like a secret; to send it all the same, write !NAME into the directory's ${IGNORE_FILE}`,
      ),
    );
  }
}

/** What of a person's directory goes to AWS, and what stays out. */
export class FileSelection {
  /** The directory, absolute. */
  public readonly path: string;
  private read: Selection | undefined;

  /**
   * @param directory as given
   * @param leftOut patterns of what never goes, in the syntax of .gitignore
   * @param apart directories below it that stay out
   */
  public constructor(
    private readonly directory: string,
    private readonly leftOut: readonly string[] = [],
    private readonly apart: readonly string[] = [],
  ) {
    this.path = resolve(directory);
  }

  /** What goes, and what does not. The directory is read once. */
  public get selection(): Selection {
    return (this.read ??= this.select());
  }

  /** What stays out since it looks like a secret, with the directory. */
  public secrets(): string[] {
    return this.selection.secrets.map((path) => join(this.directory, path));
  }

  /** Whether there is such a directory. */
  public get isThere(): boolean {
    return statSync(this.path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  /** What cannot travel, one line each. */
  public problems(prop: string): string[] {
    if (!this.isThere) {
      return [`${prop}: no directory '${this.directory}' (looked for ${this.path})`];
    }
    const { problems } = this.selection;
    const lines = problems
      .slice(0, MAX_PROBLEMS)
      .map(
        ({ path, reason }) =>
          `${prop}: '${join(this.directory, path)}' ${reason}; put a file in its place, or name it in ${join(this.directory, IGNORE_FILE)}`,
      );
    const more = problems.length - lines.length;
    return more > 0 ? [...lines, `${prop}: and ${more} more such files in '${this.directory}'`] : lines;
  }

  private select(): Selection {
    const file = join(this.path, IGNORE_FILE);
    const given = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const apart = new Set(this.apart.map((path) => resolve(path)));
    const matcher = (...patterns: string[]) => {
      const strategy = IgnoreStrategy.git(this.path, [...patterns, ...given]);
      return (path: string) => strategy.ignores(`${this.path}${sep}${path}`);
    };
    const usual = [...LEFT_BEHIND, IGNORE_FILE, ...this.leftOut];
    const any = matcher(...usual, ...SECRETS);
    const notSecret = matcher(...usual);
    const keyFile = matcher(...KEY_FILES);
    const secrets = new Set<string>();
    const found = directoryFiles(this.path, (path) => {
      if (apart.size > 0 && apart.has(join(this.path, path))) {
        return true;
      }
      // Most files are asked for once: matching takes longer than reading the directory.
      const out = any(path);
      if (
        out
          ? !notSecret(path)
          : /\.(pem|key)$/.test(path) && keyFile(path) && isPrivateKey(join(this.path, path))
      ) {
        secrets.add(path);
        return true;
      }
      return out;
    });
    return { ...found, secrets: [...secrets].toSorted() };
  }
}

function isPrivateKey(path: string): boolean {
  try {
    return fileBeginning(path, 4096).includes('PRIVATE KEY-----');
  } catch {
    // Neither a directory nor what cannot be read is a key; the reader of the directory says what is wrong.
    return false;
  }
}
