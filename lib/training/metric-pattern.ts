/**
 * A metric's regular expression, written as Python's `re` takes it, as a JavaScript one with the flag `g`.
 * Throws SyntaxError, with a text for a person, where JavaScript has no equal.
 */
export function metricPattern(regex: string): RegExp {
  const { flags, body } = leadingFlags(regex);
  return new RegExp(translate(body), `g${flags}`);
}

/** Python's flags at the beginning, such as `(?i)`; those without an effect on a line of text are dropped. */
function leadingFlags(regex: string): { flags: string; body: string } {
  const found = /^\(\?([aiLmsux]+)\)/.exec(regex);
  if (!found) {
    return { flags: '', body: regex };
  }
  const letters = new Set(found[1]);
  for (const unsupported of ['x', 'L']) {
    if (letters.has(unsupported)) {
      throw new SyntaxError(`the flag (?${unsupported}) is not supported; write the expression without it`);
    }
  }
  return {
    flags: ['i', 'm', 's'].filter((flag) => letters.has(flag)).join(''),
    body: regex.slice(found[0].length),
  };
}

/** Python's spellings outside a character class, and JavaScript's for the same. */
const SPELLINGS: readonly [RegExp, (...groups: string[]) => string][] = [
  [/\(\?P<([A-Za-z_]\w*)>/y, (_, name) => `(?<${name}>`],
  [/\(\?#[^)]*\)/y, () => '(?:)'],
  [/\\A(?![*+?{])/y, () => '(?<![\\s\\S])'],
  [/\\Z(?![*+?{])/y, () => '(?![\\s\\S])'],
  [/\{,(\d*)\}\??/y, (text, most) => `{0,${most}}${text.endsWith('?') ? '?' : ''}`],
  // Escapes that mean the same; an unknown letter is an error in Python, and itself in JavaScript.
  [/\\[bBdDsSwWafnrtvx\W]/y, (text) => (text === '\\a' ? '\\x07' : text)],
];

const UNSUPPORTED: readonly [RegExp, string][] = [
  [/\(\?>|[*+?}]\+/y, 'atomic groups and possessive quantifiers are not supported'],
  [/\\[AZ]/y, 'there is nothing to repeat in a beginning or an end'],
  [/\(\?\(/y, 'conditional groups are not supported'],
  [/\(\?P=|\\\d/y, 'references to groups are not supported'],
  [/\(\?[aiLmsux]*(-[aiLmsux]+)?[:)]/y, 'flags are only supported at the beginning, as in (?i)'],
  [/\\[A-Za-z]/y, 'an escape that Python does not know'],
  [/\(\?<(?![=!])/y, 'a named group is written (?P<name>…)'],
];

/** What means the same as it is: a quantifier, the beginning of a group, or one character. */
const SAME = /(?:[*+?]|\{\d+(?:,\d*)?\})\??|\((?:\?(?::|<?[=!]))?|[\s\S]/y;

function translate(body: string): string {
  let result = '';
  let position = 0;
  const repetitions = new Repetitions();
  const take = (pattern: RegExp) => {
    pattern.lastIndex = position;
    return pattern.exec(body);
  };
  const next = (): [piece: string, translated: string] => {
    if (body[position] === '[') {
      return characterClass(body.slice(position));
    }
    const plain = take(/\(\?:/y);
    const spelling = plain ? undefined : SPELLINGS.find(([pattern]) => take(pattern));
    if (spelling) {
      const found = take(spelling[0])!;
      return [found[0], spelling[1](...found)];
    }
    const unsupported = plain ? undefined : UNSUPPORTED.find(([pattern]) => take(pattern));
    if (unsupported) {
      throw new SyntaxError(`${unsupported[1]} ('${take(unsupported[0])![0]}' at ${position})`);
    }
    const [same] = take(SAME)!;
    return [same, same];
  };
  while (position < body.length) {
    const [piece, translated] = next();
    repetitions.add(piece, position);
    result += translated;
    position += piece.length;
  }
  return result;
}

/**
 * Refuses the repetitions in which the two languages differ. What can match nothing: Python goes on after it,
 * JavaScript looks for more. What holds a group: JavaScript forgets its value with each repetition.
 */
class Repetitions {
  private readonly groups: Group[] = [{ beginning: '', empty: false, captures: false, parts: [] }];

  add(piece: string, position: number): void {
    const group = this.groups.at(-1)!;
    if (/^\((?!\?#)/.test(piece)) {
      this.groups.push({ beginning: piece, empty: false, captures: false, parts: [] });
    } else if (piece === ')' && this.groups.length > 1) {
      this.groups.pop();
      const part = {
        empty: /[=!]$/.test(group.beginning) || group.empty || group.parts.every(({ empty }) => empty),
        captures: group.captures || /^\((\?P|$)/.test(group.beginning),
      };
      const outer = this.groups.at(-1)!;
      outer.parts.push(part);
      outer.captures ||= part.captures;
    } else if (piece === '|') {
      group.empty ||= group.parts.every(({ empty }) => empty);
      group.parts = [];
    } else if (/^([*+?]|\{.+\})\??$/.test(piece)) {
      const repeated = group.parts.pop();
      if (repeated?.empty) {
        throw new SyntaxError(`what is repeated must match something ('${piece}' at ${position})`);
      }
      if (repeated?.captures && !piece.startsWith('?')) {
        throw new SyntaxError(`a group that is repeated has no single value ('${piece}' at ${position})`);
      }
      group.parts.push({ empty: /^([*?]|\{0*[,}])/.test(piece), captures: false });
    } else {
      group.parts.push({ empty: /^(\^|\$|\\[bBAZ]|\(\?#.*)$/.test(piece), captures: false });
    }
  }
}

/** A part of an expression: whether it can match nothing, and whether it holds a group of which the value is read. */
interface Part {
  readonly empty: boolean;
  readonly captures: boolean;
}

/** A group that is not closed: what it begins with, what its former alternatives are, and the parts of this one. */
interface Group {
  readonly beginning: string;
  empty: boolean;
  captures: boolean;
  parts: Part[];
}

/** A character class at the beginning of a text, and its spelling. In Python a `]` that comes first is itself. */
function characterClass(text: string): [piece: string, translated: string] {
  const found = /^\[(\^?)(\]?)((?:\\[\s\S]|[^\]\\])*)\]/.exec(text);
  if (!found) {
    throw new SyntaxError('a character class has no end');
  }
  const [whole, not, bracket, rest] = found as unknown as [string, string, string, string];
  return [whole, `[${not}${bracket && '\\]'}${rest}]`];
}
