import { nearest } from './nearest';

/** What a factory makes that a class does not have: a problem of the configuration, wherever it stands. */
export class MissingFactory {
  public constructor(public readonly problem: string) {}
}

/** What is asked of any value, to learn what it is. */
const ASKED_OF_ANYTHING = /^(?:then|toJSON|asymmetricMatch|\$\$typeof|nodeType)$/;

/**
 * Has a class, and those that extend it, answer for factories that they lack: the app is compiled without type checking, and a
 * misspelt one would be a TypeError that names none of those that there are.
 */
export function answerForFactories(base: object): void {
  const chain = new Proxy(Function.prototype, {
    get: (target, name, asked: { readonly name: string }) =>
      typeof name === 'symbol' || name in target || ASKED_OF_ANYTHING.test(name)
        ? (Reflect.get(target, name, asked) as unknown)
        : () => new MissingFactory(missing(asked, name)),
  });
  Object.setPrototypeOf(base, chain);
}

function missing(asked: { readonly name: string }, name: string): string {
  const known = Object.entries(Object.getOwnPropertyDescriptors(asked)).flatMap(([own, { value }]) =>
    own !== 'prototype' && typeof value === 'function' ? [own] : [],
  );
  const near = nearest(name, known);
  return `there is no ${asked.name}.${name}; ${near === undefined ? `there are ${known.join(', ')}` : `did you mean ${asked.name}.${near}?`}`;
}
