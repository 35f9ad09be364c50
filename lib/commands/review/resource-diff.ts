import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { formatDifferences, fullDiff } from '@aws-cdk/cloudformation-diff';
import type { Section } from './document';
import { logicalIds, resourceName, type StackPair } from './stack-pair';

/** Width of the tables in a diff, in characters. */
const COLUMNS = 120;

/** The differences of all templates as `cdk diff` writes them. */
export function resourceDiffSection(pairs: readonly StackPair[]): Section {
  return {
    title: 'The resource diff',
    answers: [],
    gravity: 0,
    blocks: pairs.flatMap((pair) => {
      const lines = stackDiff(pair);
      const state = pair.before ? (pair.after ? '' : ', no longer declared') : ', new';
      return lines.length === 0 ? [] : [{ kind: 'listing', title: `${pair.name}${state}`, lines }];
    }),
  };
}

function stackDiff(pair: StackPair): string[] {
  const { before, after } = pair;
  const diff = fullDiff(before?.template ?? {}, after?.template ?? {});
  if (diff.isEmpty) {
    return [];
  }
  let written = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.toString();
      done();
    },
  });
  // A path's first part is the stack, which is not repeated.
  const paths = logicalIds(pair).map((id) => [id, resourceName(pair, id)]);
  formatDifferences(Object.assign(stream, { columns: COLUMNS }), diff, Object.fromEntries(paths));
  return stripVTControlCharacters(written)
    .trim()
    .split('\n')
    .map((line) => line.trimEnd());
}
