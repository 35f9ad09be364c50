import { Token } from 'aws-cdk-lib';
import { clashes } from './hyperparameters';
import { metricPattern } from './metric-pattern';

/** One metric that SageMaker reads from the job's log. */
export interface MetricDefinition {
  /** Such as `validation:accuracy`: at most 255 characters. */
  readonly name: string;
  /** A regular expression whose first group is the value; at most 500 characters. */
  readonly regex: string;
}

/** CreateTrainingJob's limits. */
const MAX_DEFINITIONS = 40;
const MAX_NAME_LENGTH = 255;
const MAX_REGEX_LENGTH = 500;

/** What is wrong with a training job's metric definitions, one line each; empty if nothing is. */
export function metricDefinitionProblems(definitions: readonly MetricDefinition[]): string[] {
  const names = definitions.map(({ name }) => name);
  return [
    ...(definitions.length > MAX_DEFINITIONS
      ? [`metricDefinitions: ${definitions.length} of them, at most ${MAX_DEFINITIONS}`]
      : []),
    ...definitions.flatMap(({ name, regex }) => [...nameProblems(name), ...regexProblems(name, regex)]),
    ...clashes(names, (name) => name).map(
      ([name]) => `metricDefinitions: the name '${name}' is there twice; give each metric a name of its own`,
    ),
  ];
}

function nameProblems(name: string): string[] {
  const sound = name !== '' && name.length <= MAX_NAME_LENGTH && !/[\r\n]/.test(name);
  return sound || Token.isUnresolved(name)
    ? []
    : [
        `metricDefinitions: the name '${shortened(name)}' has ${name.length} characters, 1 to ${MAX_NAME_LENGTH} on one line are allowed`,
      ];
}

function regexProblems(name: string, regex: string): string[] {
  if (Token.isUnresolved(regex)) {
    return [];
  }
  const subject = `metricDefinitions: the regex of '${shortened(name)}'`;
  if (regex === '' || regex.length > MAX_REGEX_LENGTH || /[\r\n]/.test(regex)) {
    return [`${subject} has ${regex.length} characters, 1 to ${MAX_REGEX_LENGTH} on one line are allowed`];
  }
  let pattern: RegExp;
  try {
    pattern = metricPattern(regex);
  } catch (error) {
    return [`${subject}, '${shortened(regex)}', cannot be read: ${(error as Error).message}`];
  }
  // An alternative that matches everything tells the number of groups.
  const groups = new RegExp(`${pattern.source}|`, pattern.flags).exec('')!.length - 1;
  return groups === 0
    ? [
        `${subject}, '${shortened(regex)}', has no group: put the number in one, such as '${shortened(regex)}([0-9.]+)'`,
      ]
    : [];
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
