import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Construct } from 'constructs';
import { DirectoryAsset } from '../aws/directory-asset';
import { readContents } from '../aws/directory-contents';
import { FileSelection, IGNORE_FILE } from '../aws/file-selection';

/** The training toolkit's own rule for a script's name (sagemaker-training 5.1.4; older ones fail at the others later). */
const ENTRY_POINT = /^[A-Za-z0-9._][A-Za-z0-9._+-]*(\/[A-Za-z0-9._+-]+)*$/;

/** What is never part of a training script's source. */
const NEVER_SOURCE = ['.git', '__pycache__', '*.pyc', '.venv', '.python-version'];

/** The directory with the training script, as the SageMaker Python SDK's `source_dir`. */
export class SourceDirectory {
  private readonly path: string;
  private readonly selected: FileSelection;
  /** Directories that lie beside the script in the archive, by their names there. */
  private readonly beside: readonly { readonly name: string; readonly selected: FileSelection }[];

  /**
   * @param directory a path, relative to the current directory.
   * @param data directories with data that may lie below it and stay out.
   * @param dependencies directories that travel with it, each below its own name.
   */
  public constructor(
    private readonly directory: string,
    data: readonly string[] = [],
    private readonly dependencies: readonly string[] = [],
  ) {
    this.path = resolve(directory);
    this.selected = new FileSelection(directory, NEVER_SOURCE, data);
    this.beside = dependencies.map((path) => ({
      name: basename(resolve(path)),
      selected: new FileSelection(path, NEVER_SOURCE, data),
    }));
  }

  /** The files of the archive. */
  public files(): readonly string[] {
    const others = this.beside.flatMap(({ name, selected }) =>
      selected.selection.files.map((file) => `${name}/${file}`),
    );
    return [...this.selected.selection.files, ...others].toSorted();
  }

  /** What stays out since it looks like a secret, with the directory. */
  public secrets(): string[] {
    return [this.selected, ...this.beside.map(({ selected }) => selected)].flatMap((selected) =>
      selected.secrets(),
    );
  }

  /** The archive that `sagemaker_submit_directory` points to. */
  public asset(scope: Construct, id: string): DirectoryAsset {
    const elsewhere = new Map<string, string>();
    const others = this.beside.flatMap(({ name, selected: { path, selection } }) =>
      [...readContents(path, selection, 'archive')].map(([file, hash]) => {
        elsewhere.set(`${name}/${file}`, join(path, file));
        return [`${name}/${file}`, hash] as const;
      }),
    );
    const own = readContents(this.path, this.selected.selection, 'archive');
    const contents = new Map([...own, ...others].toSorted(([one], [other]) => (one < other ? -1 : 1)));
    return new DirectoryAsset(scope, id, { directory: this.path, contents, elsewhere, form: 'archive' });
  }

  /** What is wrong with the directories beside it. */
  public dependencyProblems(): string[] {
    const taken = new Set(
      this.selected.isThere ? this.selected.selection.files.map((file) => file.split('/')[0]) : [],
    );
    return this.beside.flatMap(({ name, selected }, place) => {
      if (selected.isThere && taken.has(name)) {
        return [
          `dependencies: '${this.dependencies[place]}' would lie at '${name}' beside the script, where something else is; rename one, or leave it out where sourceDir holds it`,
        ];
      }
      taken.add(name);
      return selected.problems('dependencies');
    });
  }

  /** What is wrong with the directory and an entry point in it. @param at where both were declared */
  public problems(entryPoint: string, at = 'training'): string[] {
    const problems = this.selected.problems(`${at}.sourceDir`);
    if (!this.selected.isThere) {
      return problems;
    }
    const { files } = this.selected.selection;
    if (!/\.(py|sh)$/.test(entryPoint)) {
      problems.push(
        `${at}.entryPoint: '${entryPoint}' is neither a .py nor a .sh file; those are what the training image runs`,
      );
    }
    if (
      !ENTRY_POINT.test(entryPoint) ||
      entryPoint.split('/').some((part) => part === '.' || part === '..')
    ) {
      problems.push(
        `${at}.entryPoint: '${entryPoint}' is not what the training toolkit takes: a path in sourceDir of letters, digits, ` +
          `'.', '_', '+', '-' and '/' that begins with no '-' or '/', without '.' and '..'; rename the script`,
      );
    } else if (entryPoint.endsWith('.py') && entryPoint.includes('/') && files.includes('setup.py')) {
      problems.push(
        `${at}.entryPoint: '${entryPoint}' would never start, since beside a setup.py the toolkit runs ` +
          `'python -m ${entryPoint.replace(/\.py$/, '')}'; name a script beside setup.py that calls it, or keep setup.py out by ${IGNORE_FILE}`,
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
      problems.push(`${at}.entryPoint: no file '${entryPoint}' in sourceDir '${this.directory}'; ${hint}`);
    }
    return problems;
  }
}
