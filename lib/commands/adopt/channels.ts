import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { DescribedValue, ScriptFacts } from './script-facts';

/** A channel that a script reads, or that a folder of the data is. */
export interface ProposedChannel {
  readonly name: string;
  /** Its data, absolute; undefined where none was found. */
  readonly directory: string | undefined;
}

/** Other words for the same data. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['train', 'training'],
  ['validation', 'valid', 'val', 'eval', 'dev'],
  ['test', 'testing'],
];

/**
 * The channels of a script, each with the folder that has its data.
 * @param data what `--data` names; without it, what the script itself falls back to
 */
export function proposeChannels(facts: ScriptFacts, data: string | undefined): ProposedChannel[] {
  const fallbacks = new Map<string, string | undefined>();
  const add = (variable: string, fallback: DescribedValue | null | undefined) => {
    const name = /^SM_CHANNEL_(\w+)$/.exec(variable)?.[1]?.toLowerCase();
    const text = fallback?.value;
    if (name !== undefined) {
      fallbacks.set(name, fallbacks.get(name) ?? (typeof text === 'string' ? text : undefined));
    }
  };
  for (const { name, default: fallback } of facts.environment) {
    add(name, fallback);
  }
  for (const { channel } of facts.paths) {
    // /opt/ml/input/data/training beside SM_CHANNEL_TRAINING is the same one.
    if (channel !== null && !fallbacks.has(channel.toLowerCase())) {
      fallbacks.set(channel, undefined);
    }
  }
  if (fallbacks.size === 0 && data !== undefined) {
    const folders = readdirSync(data).filter(
      (name) => statSync(join(data, name)).isDirectory() && SYNONYMS.flat().includes(name),
    );
    return folders.length > 0
      ? folders.map((name) => ({ name, directory: join(data, name) }))
      : [{ name: 'training', directory: resolve(data) }];
  }
  return [...fallbacks].map(([name, fallback]) => ({
    name,
    directory:
      data === undefined
        ? directoryOf(fallback, dirname(facts.script))
        : folderFor(name, resolve(data), fallbacks.size === 1),
  }));
}

/** The folder of the data for a channel: one of its name, one of a like name, or the data itself where it is the only one. */
function folderFor(name: string, data: string, only: boolean): string | undefined {
  const words = SYNONYMS.find((group) => group.includes(name)) ?? [];
  const folder = [name, ...words].map((word) => join(data, word)).find((path) => isDirectory(path));
  return folder ?? (only || basename(data) === name ? data : undefined);
}

function directoryOf(fallback: string | undefined, beside: string): string | undefined {
  const path = fallback === undefined || fallback === '' ? undefined : resolve(beside, fallback);
  return path !== undefined && isDirectory(path) ? path : undefined;
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** A path as bin/app.ts says it: relative to the project, with slashes. */
export function fromRoot(root: string, path: string): string {
  return relative(root, path).replaceAll('\\', '/') || '.';
}
