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
  [/\(\?P=([A-Za-z_]\w*)\)/y, (_, name) => `\\k<${name}>`],
  [/\(\?#[^)]*\)/y, () => '(?:)'],
  [/\\A(?![*+?{])/y, () => '(?<![\\s\\S])'],
  [/\\Z(?![*+?{])/y, () => '(?![\\s\\S])'],
  [/\{,(\d+)\}/y, (_, most) => `{0,${most}}`],
  // Escapes that mean the same; an unknown letter is an error in Python, and itself in JavaScript.
  [/\\[\dbBdDsSwWafnrtvx\W]/y, (text) => (text === '\\a' ? '\\x07' : text)],
];

const UNSUPPORTED: readonly [RegExp, string][] = [
  [/\(\?>|[*+?}]\+/y, 'atomic groups and possessive quantifiers are not supported'],
  [/\\[AZ]/y, 'there is nothing to repeat in a beginning or an end'],
  [/\(\?\(/y, 'conditional groups are not supported'],
  [/\(\?[aiLmsux]*(-[aiLmsux]+)?[:)]/y, 'flags are only supported at the beginning, as in (?i)'],
  [/\\[A-Za-z]/y, 'an escape that Python does not know'],
  [/\(\?<(?![=!])/y, 'a named group is written (?P<name>…)'],
];

function translate(body: string): string {
  let result = '';
  let position = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = position;
    return pattern.exec(body);
  };
  while (position < body.length) {
    if (body[position] === '[') {
      const [text, length] = characterClass(body.slice(position));
      result += text;
      position += length;
      continue;
    }
    // Repeated, it is where the two languages differ: Python goes on after nothing, JavaScript looks for more.
    const empty = take(/\((?:\?:|\?P<\w+>)?\||\|(?=[|)])/y);
    if (empty) {
      throw new SyntaxError(`an empty alternative is not supported ('${empty[0]}' at ${position})`);
    }
    const plain = take(/\(\?:/y);
    const spelling = plain ? undefined : SPELLINGS.find(([pattern]) => take(pattern));
    if (spelling) {
      const found = take(spelling[0])!;
      result += spelling[1](...found);
      position += found[0].length;
      continue;
    }
    const unsupported = plain ? undefined : UNSUPPORTED.find(([pattern]) => take(pattern));
    if (unsupported) {
      throw new SyntaxError(`${unsupported[1]} ('${take(unsupported[0])![0]}' at ${position})`);
    }
    result += plain?.[0] ?? body[position];
    position += plain?.[0].length ?? 1;
  }
  return result;
}

/** A character class at the beginning of a text, and its length there. In Python a `]` that comes first is itself. */
function characterClass(text: string): [string, number] {
  const found = /^\[(\^?)(\]?)((?:\\[\s\S]|[^\]\\])*)\]/.exec(text);
  if (!found) {
    throw new SyntaxError('a character class has no end');
  }
  const [whole, not, bracket, rest] = found as unknown as [string, string, string, string];
  return [`[${not}${bracket && '\\]'}${rest}]`, whole.length];
}
