import { Token } from 'aws-cdk-lib';
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
  const problems: string[] = [];
  if (definitions.length > MAX_DEFINITIONS) {
    problems.push(`metricDefinitions: ${definitions.length} of them, at most ${MAX_DEFINITIONS}`);
  }
  const seen = new Set<string>();
  for (const { name, regex } of definitions) {
    problems.push(...nameProblems(name), ...regexProblems(name, regex));
    if (seen.has(name)) {
      problems.push(
        `metricDefinitions: the name '${name}' is there twice; give each metric a name of its own`,
      );
    }
    seen.add(name);
  }
  return problems;
}

function nameProblems(name: string): string[] {
  if (Token.isUnresolved(name)) {
    return [];
  }
  if (name === '' || name.length > MAX_NAME_LENGTH || /[\r\n]/.test(name)) {
    return [
      `metricDefinitions: the name '${shortened(name)}' has ${name.length} characters, 1 to ${MAX_NAME_LENGTH} on one line are allowed`,
    ];
  }
  return [];
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
