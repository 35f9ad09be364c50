import fc from 'fast-check';
import { ConfigurationError } from '../../lib/aws/configuration-error';
import { printable, printableLine, printableName } from '../../lib/aws/printable';

test.each([
  ['plain, ünïcode 日本', 'plain, ünïcode 日本'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007text', 'text'],
  ['a\rb', String.raw`a\u000db`],
  ['a\u001bb\u0085c', String.raw`a\u001bb\u0085c`],
  ['txt.\u202eexe', String.raw`txt.\u202eexe`],
  ['1/2\b\b\b2/2', '1/22/2'],
  ['one\r\ntwo\tthree', 'one\ntwo\tthree'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('nothing that is shown holds a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printableLine(text)).not.toMatch(/\p{Cc}/u);
      expect(printable(text)).not.toMatch(/(?![\n\t])\p{Cc}/u);
    }),
  );
});

test('of a name nothing is left out', () => {
  expect(printableName('a\u001b[31m\tb\n')).toBe(String.raw`a\u001b[31m\u0009b\u000a`);
});

test('a problem of a configuration is one line, whatever is in a name', () => {
  const { message } = new ConfigurationError('it', ["no file 'a\nb\u001b[2J'"]);
  expect(message.split('\n')).toHaveLength(2);
  expect(message).not.toContain('\u001b');
});
