import { Token } from 'aws-cdk-lib';
import { MissingFactory } from './factories';
import { nearest } from './nearest';
import declared from './props-shapes.json';
import { sdkTranslation } from './sdk-names';

/** What a prop's value may be, as read from its declared type. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  /** A union with objects: rules of its own say more than its type. */
  | 'any'
  | { readonly literal: string }
  /** A text with `{string}` for what may vary. */
  | { readonly like: string }
  | { readonly anyOf: readonly Shape[] }
  | { readonly arrayOf: Shape }
  | { readonly recordOf: Shape }
  /** An object of a class, or of one that extends it; or, for an interface, a construct. */
  | { readonly instanceOf: string; readonly interface?: true }
  /** An object with the props of that name. */
  | { readonly props: string };

/** The props of an interface. */
export type Props = Readonly<Record<string, { readonly required?: true; readonly shape: Shape }>>;

/** The interfaces that people fill in, by name. `npm run format` reads them from their declarations. */
export type Shapes = Readonly<Record<string, Props>>;

const SHAPES = declared as unknown as Shapes;

/** Values as declared, and what is not. */
export interface CheckedProps<T> {
  /** The given values without those that are not what their type says. */
  readonly sound: T;
  /** Whether each required value is there and each is of its type, so that its contents can be looked at. */
  readonly complete: boolean;
  /** One line each. @param at the checked value's place in the configuration, such as 'hosting'; '' for its top */
  readonly problems: (at: string) => string[];
}

/**
 * Holds values against the declared types of their props: the app is compiled without type checking, so a misspelt name would
 * say nothing and another type would be a TypeError far from its cause.
 * @param name the interface's name, such as 'TrainingProps'
 * @param lacking props that others of the kind have, and why this one has not
 */
export function checkProps<T extends object>(
  name: string,
  values: T,
  lacking: Readonly<Record<string, string>> = {},
): CheckedProps<T> {
  const problems = propsProblems(SHAPES[name] ?? {}, values, '', lacking);
  const wrong = new Set(problems.filter(({ wrongValue }) => wrongValue).map(({ prop }) => prop));
  const entries = Object.entries(Object(values) as object).filter(([prop]) => !wrong.has(prop));
  return {
    sound: Object.fromEntries(entries) as T,
    complete: wrong.size === 0,
    problems: (at) =>
      problems.map(({ text }) => (at === '' || /^[:[]/.test(text) ? `${at}${text}` : `${at}.${text}`)),
  };
}

interface Problem {
  /** The prop of the outermost interface. */
  readonly prop: string;
  readonly text: string;
  /** Whether the value is missing or of another type; else its name is unknown, and nothing reads it. */
  readonly wrongValue: boolean;
}

function propsProblems(
  props: Props,
  values: unknown,
  at: string,
  lacking: Readonly<Record<string, string>> = {},
): Problem[] {
  const place = (prop: string) => (at === '' ? prop : `${at}.${prop}`);
  if (!isPlain(values)) {
    return [wrong('', `${at}: ${shown(values)} is not an object with props`)];
  }
  const missing = Object.entries(props)
    .filter(([prop, { required }]) => required && values[prop] === undefined)
    .map(([prop, { shape }]) => wrong(prop, `${place(prop)}: is missing; give ${allowed(shape)}`));
  const given = Object.entries(values).flatMap(([prop, value]): Problem[] => {
    const known = props[prop];
    if (!known) {
      const text = `${place(prop)}: ${lacking[prop] ?? unknownName(prop, value, props)}`;
      return [{ prop, text, wrongValue: false }];
    }
    return value === undefined
      ? []
      : valueProblems(known.shape, value, place(prop)).map((problem) => ({ ...problem, prop }));
  });
  return [...missing, ...given];
}

function wrong(prop: string, text: string): Problem {
  return { prop, text, wrongValue: true };
}

function valueProblems(shape: Shape, value: unknown, at: string): Problem[] {
  if (value instanceof MissingFactory) {
    return [wrong('', `${at}: ${value.problem}`)];
  }
  if (typeof shape === 'object' && 'props' in shape && isPlain(value)) {
    return propsProblems(SHAPES[shape.props] ?? {}, value, at);
  }
  if (typeof shape === 'object' && 'arrayOf' in shape && Array.isArray(value)) {
    return value.flatMap((item, index) => valueProblems(shape.arrayOf, item, `${at}[${index}]`));
  }
  if (typeof shape === 'object' && 'recordOf' in shape && isPlain(value)) {
    return Object.entries(value).flatMap(([key, item]) =>
      valueProblems(shape.recordOf, item, `${at}.${key}`),
    );
  }
  return fits(shape, value)
    ? []
    : [wrong('', `${at}: ${shown(value)} is not ${allowed(shape)}${instead(shape, value, at)}`)];
}

function fits(shape: Shape, value: unknown): boolean {
  // What only a deploy knows, this cannot look at.
  if (shape === 'any' || Token.isUnresolved(value)) {
    return true;
  }
  if (typeof shape === 'string') {
    return typeof value === shape;
  }
  if ('literal' in shape) {
    return value === shape.literal;
  }
  if ('like' in shape) {
    return typeof value === 'string';
  }
  if ('anyOf' in shape) {
    return shape.anyOf.some((member) => fits(member, value));
  }
  if ('instanceOf' in shape) {
    // A construct, or an object of the class.
    return shape.interface ? 'node' in Object(value) : ancestors(value).includes(shape.instanceOf);
  }
  return false;
}

/** A class is known by its name: two copies of a library have two of each. */
function ancestors(value: unknown): string[] {
  const names: string[] = [];
  for (let at: unknown = Object(value); at; at = Object.getPrototypeOf(at)) {
    names.push((at as object).constructor.name);
  }
  return names;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && ancestors(value)[0] === 'Object'
  );
}

/** What a shape takes, in words. */
function allowed(shape: Shape): string {
  if (typeof shape === 'string') {
    return shape === 'boolean' ? 'true or false' : `a ${shape}`;
  }
  if ('literal' in shape) {
    return `'${shape.literal}'`;
  }
  if ('like' in shape) {
    return `a string like '${shape.like.replace('{string}', '<family>').replace('{string}', '<size>')}'`;
  }
  if ('anyOf' in shape) {
    return shape.anyOf.map(allowed).join(' or ');
  }
  if ('arrayOf' in shape) {
    return `a list, each ${allowed(shape.arrayOf)}`;
  }
  if ('recordOf' in shape) {
    return `an object, each value ${allowed(shape.recordOf)}`;
  }
  if ('props' in shape) {
    return `an object with ${Object.keys(SHAPES[shape.props] ?? {}).join(', ')}`;
  }
  return `${/^[AEIOU]/.test(shape.instanceOf) ? 'an' : 'a'} ${shape.instanceOf}`;
}

/** How to write what was probably meant, or nothing. */
function instead(shape: Shape, value: unknown, at: string): string {
  if (shape === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `; write '${value}'`;
  }
  if (typeof shape !== 'object' || !('instanceOf' in shape)) {
    return '';
  }
  const examples: Readonly<Record<string, string>> = {
    Duration: `Duration.seconds(${typeof value === 'number' ? value : 3600})`,
    // Memory is said in MiB, storage in GiB, as in the SDK.
    Size: `Size.${/memory/i.test(at) ? 'mebibytes' : 'gibibytes'}(${typeof value === 'number' ? value : '…'})`,
    Framework: "Framework.tensorflow('…')",
    ContainerImage: `ContainerImage.fromUri('${typeof value === 'string' ? value : '…'}'), fromEcrRepository(…) or fromAsset('…')`,
    Algorithm: 'Algorithm.xgboost(), Algorithm.kMeans() or another',
    Channel:
      typeof value === 'string' && value.startsWith('s3:')
        ? `Channel.fromS3('${value}')`
        : `Channel.fromDirectory('${typeof value === 'string' ? value : '…'}')`,
    Hosting: 'Hosting.realtime({ … }), Hosting.serverless() or Hosting.async({ … })',
    ModelSource: "ModelSource.fromS3('s3://…/model.tar.gz') or ModelSource.fromDirectory('…')",
  };
  const example = examples[shape.instanceOf];
  return example === undefined ? '' : `; write ${example}`;
}

function unknownName(prop: string, value: unknown, props: Props): string {
  const translation = sdkTranslation(prop, value);
  if (translation !== undefined) {
    return `is the SageMaker SDK's name; write ${translation}`;
  }
  const near = nearest(prop, Object.keys(props));
  return near === undefined
    ? `there is no such prop; there are ${Object.keys(props).join(', ')}`
    : `there is no such prop; did you mean ${near}?`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value}'`;
  }
  if (value === null || typeof value !== 'object') {
    return String(value);
  }
  return Array.isArray(value) || isPlain(value) ? JSON.stringify(value) : `a ${ancestors(value)[0]}`;
}
