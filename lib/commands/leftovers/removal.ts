/** A command of the AWS CLI, its values quoted for a shell. */
export function awsCommand(command: string, options: Readonly<Record<string, string>>): string {
  const rest = Object.entries(options).map(([name, value]) => `--${name} ${quoted(value)}`);
  return ['aws', command, ...rest].join(' ');
}

/** A value as one word of a POSIX shell. */
export function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
