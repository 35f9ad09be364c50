import { stripVTControlCharacters } from 'node:util';

/** Control characters, and those that turn the direction of writing. */
export const INVISIBLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text that a terminal or a comment can show: whatever is in the names of files, nothing in it moves a cursor, colours or hides.
 * Lines stay lines.
 */
export function printable(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll('\r\n', '\n')
      // Progress bars go back by it in logs, where that does nothing.
      .replaceAll('\b', '')
      .replaceAll(INVISIBLE, (character) => (/[\n\t]/.test(character) ? character : escaped(character)))
  );
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]/g, escaped);
}

/** A name on one line, of which nothing is left out: who reads it can find the file. */
export function printableName(name: string): string {
  return name.replaceAll(INVISIBLE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}
