import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A parameter of the SDK, as a row of lib/training/sdk-parameters.md says what it is here. */
export interface SdkParameter {
  /** What takes it, as the SDK has it, such as 'deploy'. */
  readonly of: string;
  readonly name: string;
  /** Its prop, such as `training.role`; undefined where words say what takes its place. */
  readonly prop: string | undefined;
  readonly words: string;
}

/** Where the page's tables of parameters begin. */
const BEGIN = '<!-- every parameter -->';

/** Every row of the page's tables, in its order. */
export function readParameters(): SdkParameter[] {
  const page = readFileSync(join(__dirname, '../../../lib/training/sdk-parameters.md'), 'utf8');
  const [, tables = ''] = page.split(BEGIN);
  const [, ...sections] = tables.split('\n## ');
  return sections.flatMap((section) => {
    const [of = '', ...lines] = section.trimEnd().split('\n');
    return lines.slice(3).map((line) => {
      const [, name = line, words = ''] = /^\| `(\w+)` \| (.+) \|$/.exec(line) ?? [];
      return { of, name, words, prop: /^`([\w.]+\.\w+)`$/.exec(words)?.[1] };
    });
  });
}
