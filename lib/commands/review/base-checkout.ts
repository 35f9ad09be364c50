import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../console/user-error';
import { unchangedDirectories } from './unchanged-directories';

const execute = promisify(execFile);

/** The names of the main branch, the first that exists. */
const MAIN_BRANCHES = ['origin/main', 'main', 'origin/master', 'master'];

/** What a person's hooks do after a checkout is not for this one. */
const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'];

/** The commit that a review compares with. */
export interface BaseCommit {
  /** The full hash. */
  readonly hash: string;
  /** What it is for a person: a reference as given, or the merge base with a branch. */
  readonly description: string;
}

/** A commit's files in a directory of their own. */
export interface BaseCheckout {
  /** The directory that corresponds to the project's. */
  readonly root: string;
  /** A directory beside it, which goes with it. */
  readonly scratch: string;
  /** Whether its packages are those that its own lockfile asks for. */
  readonly hasOwnPackages: boolean;
}

/**
 * Finds the commit to compare with.
 * @param root the project's directory
 * @param reference a branch, tag or commit; undefined for the merge base with the main branch
 */
export async function findBase(root: string, reference: string | undefined): Promise<BaseCommit> {
  if ((await tryGit(root, ['rev-parse', '--git-dir'])) === undefined) {
    throw new UserError(`${root} is not in a git repository, so there is nothing to compare with`);
  }
  if (reference !== undefined) {
    const hash = await commitOf(root, reference);
    if (hash === undefined) {
      throw new UserError(
        `--base: git knows no commit '${reference}'; name a branch, a tag or a commit, and fetch it if it is remote`,
      );
    }
    return { hash, description: reference };
  }
  for (const branch of MAIN_BRANCHES) {
    if ((await commitOf(root, branch)) !== undefined) {
      const hash = await tryGit(root, ['merge-base', 'HEAD', branch]);
      if (hash === undefined) {
        throw new UserError(
          `HEAD and ${branch} have no common commit here: fetch the whole history (git fetch --unshallow), or name the base with --base`,
        );
      }
      return { hash, description: `the merge base with ${branch}` };
    }
  }
  throw new UserError(
    `there is no main branch (${MAIN_BRANCHES.join(', ')}): name the commit to compare with by --base`,
  );
}

/**
 * Checks a commit out into a git worktree in a temporary directory, for as long as `use` takes.
 * The packages are the project's own, since installing them would take longer than the review.
 * @param root the project's directory
 */
export async function withBaseCheckout<T>(
  root: string,
  hash: string,
  use: (checkout: BaseCheckout) => Promise<T>,
): Promise<T> {
  // Some systems' temporary directory is a link; git tells the worktree by its real path.
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'review-base-')));
  const worktree = join(directory, 'worktree');
  try {
    const prefix = await git(root, ['rev-parse', '--show-prefix']);
    await git(root, [...NO_HOOKS, 'worktree', 'add', '--no-checkout', '--detach', '--quiet', worktree, hash]);
    await checkOut(root, worktree, hash, prefix);
    const base = join(worktree, prefix);
    const lockfile = (directory: string) => {
      const path = join(directory, 'package-lock.json');
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    };
    if (
      existsSync(base) &&
      existsSync(join(root, 'node_modules')) &&
      !existsSync(join(base, 'node_modules'))
    ) {
      symlinkSync(join(root, 'node_modules'), join(base, 'node_modules'), 'junction');
    }
    return await use({ root: base, scratch: directory, hasOwnPackages: lockfile(base) === lockfile(root) });
  } finally {
    // Forced twice: a worktree is locked while it is being made.
    await tryGit(root, ['worktree', 'remove', '--force', '--force', worktree]);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Checks a commit out into its worktree, but for datasets that the project has just so: they are links to those. */
async function checkOut(root: string, worktree: string, hash: string, prefix: string): Promise<void> {
  const top = await git(root, ['rev-parse', '--show-toplevel']);
  const [committed, different, untracked] = await Promise.all([
    entries(top, ['ls-tree', '-r', '-l', '-z', '--full-tree', hash]),
    entries(top, ['diff', '--name-only', '--no-renames', '--ignore-submodules=none', '-z', hash, '--']),
    // Ignored ones too: the commit has none of them.
    entries(top, ['ls-files', '--others', '--directory', '-z']),
  ]);
  const linked = unchangedDirectories(
    committed.map((entry) => {
      const [facts = '', path = ''] = entry.split('\t', 2);
      return { path, bytes: Number(facts.split(/ +/)[3]) || 0 };
    }),
    [...different, ...untracked],
    prefix,
  );
  const others = ['.', ...linked.map((directory) => `:(top,exclude,literal)${directory}`)];
  await git(worktree, [...NO_HOOKS, 'checkout', '--quiet', hash, '--', ...others]);
  for (const directory of linked) {
    mkdirSync(dirname(join(worktree, directory)), { recursive: true });
    symlinkSync(join(top, directory), join(worktree, directory), 'junction');
  }
}

/** What git tells with a zero byte after each. */
async function entries(root: string, args: readonly string[]): Promise<string[]> {
  return (await git(root, args)).split('\0').filter((entry) => entry !== '');
}

async function commitOf(root: string, reference: string): Promise<string | undefined> {
  return tryGit(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`]);
}

async function git(root: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute('git', ['-C', root, ...args], { maxBuffer: Infinity });
    return stdout.trim();
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new UserError(`git ${args[0]} failed: ${stderr?.trim() || message}`, { cause: error });
  }
}

/** What git says, or undefined if it fails. */
async function tryGit(root: string, args: readonly string[]): Promise<string | undefined> {
  return git(root, args).catch(() => undefined);
}
