import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { IgnoreStrategy } from 'aws-cdk-lib';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { archiveAsset, filesBelow } from '../aws/deterministic-archive';

/** The file in a source directory that names what stays out of its archive, in the syntax of .gitignore. */
export const IGNORE_FILE = '.sagemakerignore';

/** What is never part of a training script's source. */
const ALWAYS_IGNORED = [
  '.git',
  '.ipynb_checkpoints',
  '__pycache__',
  '*.pyc',
  '.venv',
  '.DS_Store',
  IGNORE_FILE,
];

/** The directory with the training script, as the SageMaker Python SDK's `source_dir`. */
export class SourceDirectory {
  private readonly path: string;

  /**
   * @param directory a path, relative to the current directory.
   * @param data directories with data that may lie below it and stay out.
   */
  public constructor(
    private readonly directory: string,
    private readonly data: readonly string[] = [],
  ) {
    this.path = resolve(directory);
  }

  /** The files of the archive, relative to the directory. */
  public files(): string[] {
    const ignoreFile = join(this.path, IGNORE_FILE);
    const patterns = existsSync(ignoreFile) ? readFileSync(ignoreFile, 'utf8').split('\n') : [];
    const strategy = IgnoreStrategy.git(this.path, [...ALWAYS_IGNORED, ...patterns]);
    const data = new Set(this.data.map((directory) => resolve(directory)));
    return filesBelow(this.path, (path) => data.has(path) || strategy.ignores(path));
  }

  /** The archive that `sagemaker_submit_directory` points to. */
  public asset(scope: Construct, id: string): Asset {
    return archiveAsset(scope, id, this.path, this.files());
  }

  /** What is wrong with the directory and an entry point in it. */
  public problems(entryPoint: string): string[] {
    if (!existsSync(this.path) || !statSync(this.path).isDirectory()) {
      return [`training.sourceDir: no directory '${this.directory}' (looked for ${this.path})`];
    }
    const files = this.files();
    const problems: string[] = [];
    if (!/\.(py|sh)$/.test(entryPoint)) {
      problems.push(
        `training.entryPoint: '${entryPoint}' is neither a .py nor a .sh file; those are what the training image runs`,
      );
    }
    if (!/^[\w./-]+$/.test(entryPoint)) {
      problems.push(
        `training.entryPoint: '${entryPoint}' has characters that the training image's shell would read; use letters, digits, '_', '-', '.' and '/'`,
      );
    }
    if (!files.includes(entryPoint)) {
      const candidates = files.filter((file) => basename(file) === basename(entryPoint));
      const hint =
        candidates.length > 0
          ? `did you mean '${candidates[0]}'?`
          : existsSync(join(this.path, entryPoint))
            ? `it is there, but ${IGNORE_FILE} or a data directory keeps it out`
            : `it holds ${
                files
                  .filter((file) => /\.(py|sh)$/.test(file))
                  .slice(0, 5)
                  .join(', ') || 'no .py or .sh file'
              }`;
      problems.push(`training.entryPoint: no file '${entryPoint}' in sourceDir '${this.directory}'; ${hint}`);
    }
    return problems;
  }
}
