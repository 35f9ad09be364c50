/**
 * A value as Python's json module sees it: bigint is an int of any size, number a float (also NaN and the
 * infinities), and a Map keeps the order in which the text names its keys, which a JavaScript object would not.
 */
export type PythonValue = null | boolean | bigint | number | string | PythonValue[] | PythonMap;

/** A Python dict with text keys. */
export type PythonMap = Map<string, PythonValue>;

const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y;
const WHITE_SPACE = /[ \t\n\r]*/y;
const WORDS = new Map<string, PythonValue>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** `json.loads`: throws SyntaxError where Python raises ValueError. Takes NaN and Infinity, tells 1 from 1.0. */
export function parsePythonJson(text: string): PythonValue {
  const reader = new JsonReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class JsonReader {
  private position = 0;

  public constructor(private readonly text: string) {}

  public value(): PythonValue {
    this.match(WHITE_SPACE);
    const first = this.text[this.position];
    if (first === '"') {
      return this.string();
    }
    if (first === '[') {
      return this.list();
    }
    if (first === '{') {
      return this.map();
    }
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    const number = this.match(NUMBER);
    if (!number) {
      throw new SyntaxError(`no JSON value at ${this.position}`);
    }
    return number[2] || number[3] ? Number(number[0]) : BigInt(number[1]!);
  }

  public end(): void {
    this.match(WHITE_SPACE);
    if (this.position < this.text.length) {
      throw new SyntaxError(`extra data at ${this.position}`);
    }
  }

  private string(): string {
    // The end of the literal by hand, its escapes by JSON.parse: Python's strict decoder takes the same ones.
    let end = this.position + 1;
    while (end < this.text.length && this.text[end] !== '"') {
      end += this.text[end] === '\\' ? 2 : 1;
    }
    const literal = this.text.slice(this.position, end + 1);
    this.position = end + 1;
    return JSON.parse(literal) as string;
  }

  private list(): PythonValue[] {
    const values: PythonValue[] = [];
    this.items(']', () => values.push(this.value()));
    return values;
  }

  private map(): PythonMap {
    const values: PythonMap = new Map();
    this.items('}', () => {
      this.match(WHITE_SPACE);
      if (this.text[this.position] !== '"') {
        throw new SyntaxError(`no property name at ${this.position}`);
      }
      const key = this.string();
      this.expect(':');
      values.set(key, this.value());
    });
    return values;
  }

  private items(close: string, item: () => void): void {
    this.position += 1;
    this.match(WHITE_SPACE);
    if (this.text[this.position] === close) {
      this.position += 1;
      return;
    }
    for (;;) {
      item();
      this.match(WHITE_SPACE);
      if (this.text[this.position] === close) {
        this.position += 1;
        return;
      }
      this.expect(',');
    }
  }

  private expect(character: string): void {
    this.match(WHITE_SPACE);
    if (this.text[this.position] !== character) {
      throw new SyntaxError(`no ${character} at ${this.position}`);
    }
    this.position += 1;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    this.position += found?.[0].length ?? 0;
    return found;
  }
}

/** How `json.dumps` writes: Python's own separators and order, or as the toolkit asks for, compact and sorted. */
export interface JsonStyle {
  /** No blanks after `,` and `:`, keys in the order of their code points. */
  readonly compactSorted?: boolean;
}

/** `json.dumps` with ensure_ascii. */
export function toPythonJson(value: PythonValue, style: JsonStyle = {}): string {
  const comma = style.compactSorted ? ',' : ', ';
  const colon = style.compactSorted ? ':' : ': ';
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? floatRepr(value)
      : Number.isNaN(value)
        ? 'NaN'
        : value > 0
          ? 'Infinity'
          : '-Infinity';
  }
  if (typeof value === 'string') {
    return JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => toPythonJson(item, style)).join(comma)}]`;
  }
  if (value instanceof Map) {
    const keys = style.compactSorted ? sortedKeys(value) : [...value.keys()];
    return `{${keys.map((key) => `${toPythonJson(key)}${colon}${toPythonJson(value.get(key)!, style)}`).join(comma)}}`;
  }
  return String(value);
}

/** Python's `str()`: what `%s` prints. */
export function pythonStr(value: PythonValue): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** Python's `repr()`. */
export function pythonRepr(value: PythonValue): string {
  if (value === null) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (typeof value === 'number') {
    return floatRepr(value);
  }
  if (typeof value === 'string') {
    return stringRepr(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(pythonRepr).join(', ')}]`;
  }
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`;
  }
  return value.toString();
}

/** Whether Python's `if value:` holds. */
export function pythonTruth(value: PythonValue | undefined): boolean {
  if (
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === 0n ||
    value === ''
  ) {
    return false;
  }
  return Array.isArray(value) ? value.length > 0 : value instanceof Map ? value.size > 0 : true;
}

/** Python's `sorted`: by code points. JavaScript would sort by UTF-16 units, which differs beyond the BMP. */
export function sortedByCodePoint(texts: Iterable<string>): string[] {
  const points = (text: string) => Array.from(text, (character) => character.codePointAt(0)!);
  return Array.from(texts, (text) => ({ text, points: points(text) }))
    .toSorted((a, b) => {
      const length = Math.min(a.points.length, b.points.length);
      for (let i = 0; i < length; i++) {
        if (a.points[i] !== b.points[i]) {
          return a.points[i]! - b.points[i]!;
        }
      }
      return a.points.length - b.points.length;
    })
    .map(({ text }) => text);
}

function sortedKeys(map: PythonMap): string[] {
  return sortedByCodePoint(map.keys());
}

/** `float.__repr__`: the same shortest digits as JavaScript, an exponent below 1e-4 and from 1e16 on. */
function floatRepr(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa, exponentText] = Math.abs(value).toExponential().split('e') as [string, string];
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const power = String(Math.abs(exponent)).padStart(2, '0');
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) {
    return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  }
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

const REPR_ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = Array.from(text, (character) => {
    if (character === quote) {
      return `\\${character}`;
    }
    const escape = REPR_ESCAPES[character];
    if (escape) {
      return escape;
    }
    // str.isprintable: no control, format, surrogate, private, unassigned or separator character, but the blank.
    if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) {
      return character;
    }
    const point = character.codePointAt(0)!;
    const [letter, width] = point < 0x100 ? ['x', 2] : point < 0x10000 ? ['u', 4] : ['U', 8];
    return `\\${letter}${point.toString(16).padStart(width as number, '0')}`;
  });
  return `${quote}${body.join('')}${quote}`;
}
