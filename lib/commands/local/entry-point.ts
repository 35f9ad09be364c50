/** How the toolkit starts an entry point: a shell command, a module of an installed package, or a script. */
export type EntryPointType = 'command' | 'package' | 'program';

/** The type of an entry point, from its name and the names of the files beside it. */
export function entryPointType(entryPoint: string, codeFiles: readonly string[]): EntryPointType {
  if (entryPoint.endsWith('.sh')) {
    return 'command';
  }
  if (codeFiles.includes('setup.py')) {
    return 'package';
  }
  return entryPoint.endsWith('.py') ? 'program' : 'command';
}

/**
 * The command line of an entry point, run in the code directory.
 * Source: `ProcessRunner._create_command` of sagemaker-training 5.1.4.
 */
export function entryPointCommand(
  type: EntryPointType,
  python: string,
  entryPoint: string,
  scriptArguments: readonly string[],
): string[] {
  switch (type) {
    case 'package':
      return [python, '-m', entryPoint.replace(/\.py$/, ''), ...scriptArguments];
    case 'program':
      return [python, '--', entryPoint, ...scriptArguments];
    case 'command':
      return ['/bin/sh', '-c', `./${shellQuoted(entryPoint)} ${scriptArguments.map(shellQuoted).join(' ')}`];
  }
}

/** `shlex.quote`. */
function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
