import {
  type PythonMap,
  type PythonValue,
  pythonStr,
  sortedByCodePoint,
  toPythonJson,
} from './python-values';

/** The toolkit's `mapping.to_env_vars`: `SM_` and the name in upper case; strings as they are, None empty, all else compact JSON. */
export function toEnvironmentVariables(values: Iterable<[string, PythonValue]>): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of values) {
    variables[`SM_${name.toUpperCase()}`] = environmentValue(value);
  }
  return variables;
}

function environmentValue(value: PythonValue): string {
  if (value === null) {
    return '';
  }
  return typeof value === 'string' ? value : toPythonJson(value, { compactSorted: true });
}

/** The toolkit's `mapping.to_cmd_args`: sorted by name, `--name value`, or `-n value` for a name of one letter. */
export function toCommandArguments(hyperparameters: PythonMap): string[] {
  return sortedByCodePoint(hyperparameters.keys()).flatMap((name) => [
    argumentName(name),
    argumentValue(hyperparameters.get(name)!),
  ]);
}

function argumentName(name: string): string {
  if (name === '') {
    return '';
  }
  return Array.from(name).length > 1 ? `--${name}` : `-${name}`;
}

/** The text that one hyperparameter's value has on the command line. */
export function argumentValue(value: PythonValue): string {
  if (value === null) {
    return '';
  }
  if (value instanceof Map) {
    return sortedByCodePoint(value.keys())
      .map((key) => `${key}=${pythonStr(value.get(key)!)}`)
      .join(',');
  }
  return pythonStr(value);
}
