import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** How often a lock that another process holds is looked at, in milliseconds. */
const INTERVAL = 200;

/** After this a lock without an owner's name was left by a process that died while it wrote it; in milliseconds. */
const NAMELESS_AGE = 10_000;

/** How to wait for a lock; what `onWait` throws is the end of the waiting. */
export interface LockOptions {
  readonly signal: AbortSignal;
  /** Told once when another process holds the lock. */
  readonly onWait: (owner: number) => void;
}

/**
 * Does something while no other process that locks the same directory does. The lock is a directory, since making
 * one is atomic everywhere, with its owner's process id in it: a lock whose owner died is taken over.
 */
export async function withDirectoryLock<T>(
  lock: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  let told = false;
  while (!acquire(lock)) {
    options.signal.throwIfAborted();
    const owner = ownerOf(lock);
    if (owner === 'dead') {
      removeDead(lock);
      continue;
    }
    if (!told && typeof owner === 'number') {
      told = true;
      options.onWait(owner);
    }
    await setTimeout(INTERVAL, undefined, { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function acquire(lock: string): boolean {
  try {
    mkdirSync(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
  writeFileSync(join(lock, 'pid'), `${process.pid} ${startOf(process.pid)}`);
  return true;
}

function ownerOf(lock: string): number | 'dead' | 'unknown' {
  try {
    const [pid, start] = readFileSync(join(lock, 'pid'), 'utf8').split(' ');
    if (Number(pid) > 0) {
      return isAlive(Number(pid)) && startOf(Number(pid)) === start ? Number(pid) : 'dead';
    }
  } catch {
    // Not written yet, or gone already: the age of the lock decides.
  }
  try {
    return Date.now() - statSync(lock).mtimeMs > NAMELESS_AGE ? 'dead' : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** When a process started, which tells it from a later one of the same number; the same for all but on Linux. */
function startOf(pid: number): string {
  try {
    // After the command in brackets, which may hold anything, it is the twentieth field.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]!;
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Of several processes that find a dead lock only one can rename it. */
function removeDead(lock: string): void {
  const aside = `${lock}-${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  rmSync(aside, { recursive: true, force: true });
}
