import { Token } from 'aws-cdk-lib';

/** A hyperparameter: what argparse can take from a command line, or a flat object (`{ a: 1, b: 2 }` arrives as `a=1,b=2`). */
export type HyperparameterValue =
  string | number | boolean | Readonly<Record<string, string | number | boolean>>;

/** Hyperparameters for the toolkit and its frameworks begin so; they never reach the script's arguments. */
const SAGEMAKER_PREFIX = 'sagemaker_';

/** Those of a job that its declaration names, without those that are added to them. */
export function declaredHyperparameters(
  hyperparameters: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(hyperparameters).filter(([name]) => !name.startsWith(SAGEMAKER_PREFIX)),
  );
}

/** Hyperparameters that the toolkit keeps for itself without their names beginning with `sagemaker_`. */
const TOOLKIT_HYPERPARAMETERS: readonly string[] = ['default_user_module_name', '_tuning_objective_metric'];

/** Hyperparameters that this project adds to the user's own. */
const ADDED_HYPERPARAMETERS = [
  'sagemaker_program',
  'sagemaker_submit_directory',
  'sagemaker_container_log_level',
  'sagemaker_job_name',
  'sagemaker_region',
];

/** CreateTrainingJob's limits. */
const MAX_HYPERPARAMETERS = 100;
const MAX_NAME_LENGTH = 256;
const MAX_VALUE_LENGTH = 2500;

/**
 * All values together, as JSON. The toolkit repeats them in the one variable SM_TRAINING_ENV, and Linux refuses
 * to start a program with a variable beyond 131072 bytes (MAX_ARG_STRLEN); the rest is left to its other contents.
 */
const MAX_TOTAL_LENGTH = 100_000;

/** What /bin/sh, dash or bash, would take as syntax: the toolkit of many images hands the command to it unquoted. */
const SHELL_SYNTAX = /[|&;<>()$`\\"'*?[\]{}]|^[~#]|[=:,]~/u;
const WHITE_SPACE = /\s/u;
/** Control characters and halves of a character: no environment variable or command line carries them unharmed. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * What is wrong with a training job's hyperparameters, one line each; empty if nothing is.
 *
 * Values are strings, numbers, booleans or flat objects of these. A boolean reaches the script as the text `True` or
 * `False`, so that argparse's `type=bool` would take both for true. Strings with CDK tokens are not looked into, and
 * an undefined value stands for a hyperparameter that is not there.
 *
 * What is let through means the same under the toolkits 4.8.4, 5.1.1 and 5.1.4 (all tried). Flags without a value and
 * several values do not, but `do_train: '--do_train'` and a shell script as entry point do.
 */
export function hyperparameterProblems(hyperparameters: Readonly<Record<string, unknown>>): string[] {
  const entries = given(hyperparameters);
  const problems = entries.flatMap(([name, value]) => [...nameProblems(name), ...valueProblems(name, value)]);
  const limit = MAX_HYPERPARAMETERS - ADDED_HYPERPARAMETERS.length;
  if (entries.length > limit) {
    problems.push(
      `hyperparameters: ${entries.length} of them, at most ${limit} ` +
        `(SageMaker takes ${MAX_HYPERPARAMETERS}, of which ${ADDED_HYPERPARAMETERS.join(', ')} are added)`,
    );
  }
  const names = entries.map(([name]) => name);
  // As an environment variable, or as argparse's attribute.
  for (const [, group] of clashes(names, (name) => name.toUpperCase().replaceAll('-', '_'))) {
    problems.push(
      `hyperparameters: ${group.map((name) => `'${name}'`).join(' and ')} are the same name to the script ` +
        '(letter case, - and _ do not tell them apart); keep one',
    );
  }
  if (problems.length === 0) {
    // The toolkit's JSON is ASCII: other characters become escapes of six.
    const text = JSON.stringify(encodeHyperparameters(hyperparameters));
    const total = text.length + 5 * (text.match(/[^\0-\x7f]/g)?.length ?? 0);
    if (total > MAX_TOTAL_LENGTH) {
      problems.push(
        `hyperparameters: ${total} characters in all, at most ${MAX_TOTAL_LENGTH} ` +
          '(they must fit into one environment variable): put the long ones into a file in sourceDir',
      );
    }
  }
  return problems;
}

/**
 * Hyperparameters as JSON, which the toolkit in the image reads back as the values they were: a string is quoted
 * (`"adam"` becomes `"\"adam\""`), as the SageMaker Python SDK sends it.
 */
export function encodeHyperparameters(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(given(values).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** Hyperparameters as an algorithm reads them: texts. */
export function plainHyperparameters(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(given(values).map(([name, value]) => [name, String(value)]));
}

/** What CreateTrainingJob would refuse of an algorithm's hyperparameters, one line each. */
export function plainHyperparameterProblems(hyperparameters: Readonly<Record<string, unknown>>): string[] {
  const entries = given(hyperparameters);
  const problems = entries.flatMap(([name, value]) => {
    if (!['string', 'number', 'boolean'].includes(typeof value) || Number.isNaN(value)) {
      return [
        `hyperparameters: ${name} is not a text, a number, true or false, and an algorithm takes nothing else`,
      ];
    }
    return String(value).length > MAX_VALUE_LENGTH && !Token.isUnresolved(value)
      ? [`hyperparameters: ${name} has ${String(value).length} characters, at most ${MAX_VALUE_LENGTH}`]
      : [];
  });
  if (entries.length > MAX_HYPERPARAMETERS) {
    problems.push(`hyperparameters: ${entries.length} of them, at most ${MAX_HYPERPARAMETERS}`);
  }
  return problems;
}

/** Those that are there: an undefined value stands for none. */
function given(values: Readonly<Record<string, unknown>>): [name: string, value: unknown][] {
  return Object.entries(values).filter(([, value]) => value !== undefined);
}

function nameProblems(name: string): string[] {
  const subject = `hyperparameters: the name '${name}'`;
  if (name === '') {
    return [`hyperparameters: a name is empty; the script could not be given it`];
  }
  if (Token.isUnresolved(name)) {
    return [`${subject} is only known at deployment; name it literally`];
  }
  if (name.length > MAX_NAME_LENGTH) {
    return [
      `hyperparameters: the name '${name.slice(0, 20)}…' has ${name.length} characters, at most ${MAX_NAME_LENGTH}`,
    ];
  }
  if (name.startsWith(SAGEMAKER_PREFIX) || TOOLKIT_HYPERPARAMETERS.includes(name)) {
    return [
      `${subject} is reserved: the toolkit in the image keeps it and the script never gets it; use another name`,
    ];
  }
  if (/[-=]/.test(name[0]!) || name.includes('=')) {
    return [
      `${subject} must not begin with '-' nor contain '=': it becomes the flag --${name} and the variable SM_HP_${name.toUpperCase()}`,
    ];
  }
  return textProblems(subject, name, 'letters, digits, - and _');
}

function valueProblems(name: string, value: unknown): string[] {
  const subject = `hyperparameters: ${name}`;
  if (typeof value === 'string' && Token.isUnresolved(value)) {
    return [];
  }
  if (Token.isUnresolved(value)) {
    return [`${subject} is only known at deployment, and only a string can be: use Token.asString()`];
  }
  if (value === null || value === '') {
    return [
      `${subject} is ${value === null ? 'null' : 'an empty string'}, which reaches the script as a flag alone or with an empty ` +
        `argument, as the image's toolkit has it; leave it out, or for a flag (store_true) write ${property(name)}: '${flag(name)}': ` +
        'the flag twice, which is the flag under every toolkit',
    ];
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return [`${subject} is ${value}, which is not JSON; give it as a string, such as '${value}'`];
  }
  if (Array.isArray(value)) {
    return [
      `${subject} is a list, which reaches the script in pieces; ` +
        `give it as one string, such as '${value.join(',').slice(0, 40)}', and split it there, or ${severalArguments(name, value.join(' '))}`,
    ];
  }
  if (typeof value !== 'object' && !isPlain(value)) {
    return [
      `${subject} is a ${typeof value}; a string, a number, a boolean or an object of these is allowed`,
    ];
  }
  const items = typeof value === 'object' ? Object.entries(value) : [];
  const deeper = items.find(([, item]) => item !== null && !isPlain(item));
  if (deeper) {
    return [
      `${subject} is an object whose ${deeper[0]} is no text, number, true or false; the script would get it in pieces, so flatten it`,
    ];
  }
  const encoded = JSON.stringify(value);
  if (name === 'model_dir' && typeof value !== 'string') {
    return [`${subject} is ${encoded}; the TensorFlow toolkit takes only a string, such as '/opt/ml/model'`];
  }
  if (encoded === '{}') {
    return [`${subject} is an empty object: its flag would reach the script without a value; leave it out`];
  }
  if (encoded.length > MAX_VALUE_LENGTH) {
    return [
      `${subject} has ${encoded.length} characters as JSON, at most ${MAX_VALUE_LENGTH}; put it into a file in sourceDir`,
    ];
  }
  const text = items.map(([key, item]) => `${key}=${item}`).join(',') || String(value);
  return textProblems(
    subject,
    text,
    /^[\w.-]+( [\w.-]+)+$/.test(text)
      ? `a file in sourceDir, or ${severalArguments(name, text)}`
      : 'a file in sourceDir',
  );
}

/** The flag that a hyperparameter becomes. */
function flag(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}

/** A name as it is written in an object. */
function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

/**
 * How a script gets several arguments (argparse's nargs) under every toolkit: a hyperparameter is one argument with 5.1.4, and
 * with a shell before it as many as its blanks make.
 */
function severalArguments(name: string, values: string): string {
  return `for nargs make a shell script the entryPoint, with the line: python train.py "$@" ${flag(name)} ${values.slice(0, 40)}`;
}

/** What keeps a text from reaching the script's command line as it is. */
function textProblems(subject: string, text: string, instead: string): string[] {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const reached = `would reach the script as '${shown}'`;
  const unprintable = UNPRINTABLE.exec(text)?.[0];
  if (unprintable !== undefined && !WHITE_SPACE.test(unprintable)) {
    const point = unprintable.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return [
      `${subject} contains the character U+${point}, which a command line does not carry; use ${instead}`,
    ];
  }
  if (WHITE_SPACE.test(text)) {
    return [`${subject} ${reached}, in pieces, because of its white space; use ${instead}`];
  }
  const syntax = SHELL_SYNTAX.exec(text)?.[0];
  return syntax
    ? [`${subject} ${reached}, in which the container's shell takes ${syntax} for its own; use ${instead}`]
    : [];
}

/** Names that are one and the same once they are something else, by what they are then. */
export function clashes(names: readonly string[], become: (name: string) => string): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    groups.set(become(name), [...(groups.get(become(name)) ?? []), name]);
  }
  return [...groups].filter(([, group]) => group.length > 1);
}

function isPlain(value: unknown): boolean {
  return ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
}
