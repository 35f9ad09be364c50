import { parseArgs } from 'node:util';
import type { Command, CommandContext } from './main';
import { UsageError } from './user-error';

/** An option: how it is read, and what the help says of it. */
export interface OptionDeclaration {
  readonly type: 'string' | 'boolean';
  /** Whether it may be given more than once. */
  readonly multiple?: boolean;
  /** What stands for its value in the help. */
  readonly value?: string;
  readonly description: string;
}

/** Options by their names. */
export type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>;

/** What a command line says of each option: false, none or undefined where it says nothing. */
export type OptionValues<O extends OptionDeclarations> = {
  readonly [K in keyof O]: O[K] extends { readonly type: 'boolean' }
    ? boolean
    : O[K] extends { readonly multiple: true }
      ? readonly string[]
      : string | undefined;
};

/** How a command is called, and what its help says. */
export interface CommandLineProps<O extends OptionDeclarations, A> {
  /** What a person types before the arguments, as in `npm run invoke`. */
  readonly name: string;
  /** What it does, in one or more lines. */
  readonly summary: string;
  /** The words that belong to no option, as in `[JOB]`, and what the help says of them; the command takes none without it. */
  readonly words?: { readonly usage?: string; readonly description?: string };
  readonly options: O;
  readonly examples: readonly string[];
  /** Between the options and the examples: what its exit codes say, where they say more than others. */
  readonly exitCodes?: string;
  /** After all else. */
  readonly notes?: string;
  /** Reads what the options and words say. What is wrong with them goes into `problems`, or is thrown as a UsageError. */
  readonly read: (values: OptionValues<O>, words: readonly string[], problems: string[]) => A;
}

/** The option of all commands that read one project, or some. */
export const PROJECT_OPTION = {
  project: { type: 'string', value: 'NAME', description: 'the project, where bin/app.ts declares several' },
} as const satisfies OptionDeclarations;

/** Widest usage line, in characters. */
const WIDTH = 100;

/** A command line: its options and its help, declared once. */
export class CommandLine<O extends OptionDeclarations, A> {
  public constructor(private readonly props: CommandLineProps<O, A>) {}

  /** The help. */
  public get usage(): string {
    const { name, summary, words, options, examples, exitCodes, notes } = this.props;
    const all: OptionDeclarations = { ...options, help: { type: 'boolean', description: 'this text' } };
    const rows = Object.entries(all).map(([option, declaration]) => [
      spelled(option, declaration),
      declaration.description,
    ]);
    if (words?.usage !== undefined && words.description !== undefined) {
      rows.unshift([words.usage.replaceAll(/[[\]]/g, ''), words.description]);
    }
    const width = Math.max(...rows.map(([left]) => left!.length));
    return [
      synopsis(name, [
        ...(words?.usage === undefined ? [] : [words.usage]),
        ...Object.entries(options).map(
          ([option, declaration]) => `[${spelled(option, declaration)}]${declaration.multiple ? '...' : ''}`,
        ),
      ]),
      summary,
      rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`).join('\n'),
      exitCodes,
      `examples:\n${examples.map((example) => `  ${example}`).join('\n')}`,
      notes,
    ]
      .filter((part) => part !== undefined)
      .join('\n\n');
  }

  /** Reads a command line. @throws UsageError with all that is wrong, and the help */
  public parse(argv: readonly string[]): A | 'help' {
    const { options, words, read } = this.props;
    try {
      const { values, positionals } = parseArgs({
        args: [...argv],
        allowPositionals: words !== undefined,
        options: { ...options, help: { type: 'boolean', short: 'h' } },
      });
      const given: Readonly<Record<string, unknown>> = values;
      if (given.help) {
        return 'help';
      }
      const problems = Object.entries(given)
        .filter(([, value]) => [value].flat().includes(''))
        .map(([name]) => `--${name} has no value`);
      const said = Object.entries(options).map(([name, { type, multiple }]) => [
        name,
        given[name] ?? (type === 'boolean' ? false : multiple ? [] : undefined),
      ]);
      const result = read(Object.fromEntries(said) as OptionValues<O>, positionals, problems);
      if (problems.length > 0) {
        throw new UsageError(problems.join('\n'));
      }
      return result;
    } catch (error) {
      if (error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
        throw new UsageError(`${(error as Error).message}\n\n${this.usage}`);
      }
      throw error;
    }
  }

  /** The command with this line. */
  public command(run: (arguments_: A, context: CommandContext) => Promise<number>): Command {
    return async (argv, context) => {
      const read = this.parse(argv);
      if (read === 'help') {
        context.terminal.result(this.usage);
        return 0;
      }
      return run(read, context);
    };
  }
}

function spelled(name: string, { value }: OptionDeclaration): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/** The first lines of the help: what may be typed. */
function synopsis(name: string, parts: readonly string[]): string {
  const lines = [`usage: ${name}${parts.length > 0 ? ' --' : ''}`];
  const indent = ' '.repeat(lines[0]!.length);
  for (const part of parts) {
    const line = lines.pop()!;
    lines.push(
      ...(line.length + 1 + part.length > WIDTH ? [line, `${indent} ${part}`] : [`${line} ${part}`]),
    );
  }
  return lines.join('\n');
}
