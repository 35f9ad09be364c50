import { Token } from 'aws-cdk-lib';

/**
 * What SageMaker refuses of a container's environment.
 * @param at its place in the configuration
 * @param longest how many characters a value may have
 * @param ownRule what else is wrong with a variable, where something is
 */
export function environmentProblems(
  at: string,
  environment: Readonly<Record<string, string>>,
  longest: number,
  ownRule?: (key: string, value: string) => string | undefined,
): string[] {
  const entries = Object.entries(environment);
  const problems = entries.flatMap(([key, value]) => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)) {
      return [`${at}: '${key}' is not a name; use letters, digits and '_', a digit not first`];
    }
    return !Token.isUnresolved(value) && value.length > longest
      ? [`${at}.${key}: ${value.length} characters, and at most ${longest} are allowed`]
      : (ownRule?.(key, value) ?? []);
  });
  return entries.length > 100
    ? [...problems, `${at}: ${entries.length} variables, and at most 100 are allowed`]
    : problems;
}
