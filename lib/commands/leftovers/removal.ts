/** A command of the AWS CLI for one region, its values quoted for a shell. */
export function awsCommand(
  region: string,
  command: string,
  options: Readonly<Record<string, string>>,
): string {
  return `${awsGlobalCommand(command, options)} --region ${region}`;
}

/** A command of the AWS CLI for a service that has no regions. */
export function awsGlobalCommand(command: string, options: Readonly<Record<string, string>>): string {
  const rest = Object.entries(options).map(([name, value]) => `--${name} ${quoted(value)}`);
  return ['aws', command, ...rest].join(' ');
}

/** A value as one word of a POSIX shell. */
export function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
