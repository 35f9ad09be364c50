import { readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** How often a lock that another process holds is looked at, in milliseconds. */
const INTERVAL = 200;

/** How to wait for a lock; what `onWait` throws is the end of the waiting. */
export interface LockOptions {
  readonly signal: AbortSignal;
  /** Told once when another process holds the lock. */
  readonly onWait: (owner: number) => void;
}

/**
 * Does something while no other process that locks the same path does. The lock is a link to nothing but its owner's name,
 * since making one is atomic everywhere, name included: a lock whose owner died is taken over.
 */
export async function withDirectoryLock<T>(
  lock: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  let told = false;
  while (!acquire(lock)) {
    options.signal.throwIfAborted();
    const owner = livingOwner(lock);
    if (owner === undefined) {
      removeDead(lock);
      continue;
    }
    if (!told) {
      told = true;
      options.onWait(owner);
    }
    await setTimeout(INTERVAL, undefined, { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquire(lock: string): boolean {
  try {
    symlinkSync(`${process.pid} ${startOf(process.pid)}`, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    // The system names what the link leads to.
    throw Object.assign(error as Error, { path: lock });
  }
}

function livingOwner(lock: string): number | undefined {
  try {
    const [pid, start] = readlinkSync(lock).split(' ');
    return isAlive(Number(pid)) && startOf(Number(pid)) === start ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
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
