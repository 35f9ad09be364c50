import { type HyperparameterValue, hyperparameterProblems } from '../../training/hyperparameters';
import { type Finding, nameInScript } from './findings';
import type { ScriptArgument, ScriptFacts } from './script-facts';

/** The hyperparameters of a script, and what is to say of its arguments. */
export interface ProposedHyperparameters {
  readonly values: Readonly<Record<string, HyperparameterValue>>;
  /** Those that take no other values than these. */
  readonly choices: Readonly<Record<string, readonly unknown[]>>;
  readonly findings: readonly Finding[];
}

/** Words by which an argument is a folder or a file. */
const PATH = /(^|[-_])(dir|directory|folder|path|root|data|dataset|train|test|valid|validation|output|out)$/i;

/** What a script's arguments become: a hyperparameter with the script's own default, or a finding that says why not. */
export function proposeHyperparameters(facts: ScriptFacts): ProposedHyperparameters {
  const values: Record<string, HyperparameterValue> = {};
  const choices: Record<string, readonly unknown[]> = {};
  const findings: Finding[] = [];
  for (const argument of facts.arguments) {
    const name = hyperparameterName(argument);
    const reading = readsEnvironment(argument.default);
    const problem = reading ? undefined : argumentProblem(argument);
    const value = argument.default?.value;
    if (problem) {
      findings.push({ file: argument.file, line: argument.line, ...problem });
    } else if (!reading && isHyperparameter(value) && !isPath(argument)) {
      const wrong = hyperparameterProblems({ [name]: value });
      if (wrong.length === 0) {
        values[name] = value;
        if (argument.choices) {
          choices[name] = argument.choices;
        }
      } else if (value !== '') {
        findings.push({
          file: argument.file,
          line: argument.line,
          fails: false,
          text: `${wrong.join('; ')} (left out, so the script's own default holds)`,
        });
      }
    }
  }
  for (const { name, default: fallback } of facts.environment) {
    const value = fallback?.value;
    const hyperparameter = /^SM_HP_(.+)$/.exec(name)?.[1]?.toLowerCase();
    if (hyperparameter && isHyperparameter(value) && !(hyperparameter in values)) {
      values[hyperparameter] =
        typeof value === 'string' && value.trim() && !Number.isNaN(Number(value)) ? Number(value) : value;
    }
  }
  if (facts.arguments.length === 0 && Object.keys(values).length === 0) {
    findings.push(
      ...facts.constants
        .filter(({ name }) =>
          /epoch|batch|rate|^lr$|units|layers|depth|estimators|seed|hidden|dropout/i.test(name),
        )
        .map(({ file, line, name, value }) => ({
          file,
          line,
          fails: false,
          text: `${name} = ${value} is no argument; parser.add_argument('--${name.toLowerCase().replaceAll('_', '-')}', type=${Number.isInteger(value) ? 'int' : 'float'}, default=${value}) makes it a hyperparameter`,
        })),
    );
  }
  return { values, choices, findings };
}

/** A hyperparameter's name: SageMaker puts the dashes before it. */
export function hyperparameterName({ flags }: ScriptArgument): string {
  return (flags.find((flag) => flag.startsWith('--')) ?? flags[0]!).replace(/^-+/, '');
}

/** Whether a default is read from a variable of the environment. */
function readsEnvironment(value: ScriptArgument['default']): boolean {
  return value?.variable !== undefined;
}

/** A folder or a file: a text that is called so, or that looks so. */
function isPath(argument: ScriptArgument): boolean {
  const value = argument.default?.value;
  return (
    (typeof value === 'string' && (PATH.test(nameInScript(argument)) || /[/\\]/.test(value))) ||
    argument.type === 'Path' ||
    argument.type === 'pathlib.Path'
  );
}

function argumentProblem(argument: ScriptArgument): { fails: boolean; text: string } | undefined {
  const { flags, type, default: value, required, many, flag } = argument;
  const shown = flags.at(-1)!;
  const positional = !flags[0]!.startsWith('-');
  const name = nameInScript(argument);
  if (positional) {
    return {
      fails: true,
      text: `'${shown}' is given by its position; SageMaker passes \`--name value\`: call it '--${shown}'`,
    };
  }
  if ((type === 'bool' || (type === null && typeof value?.value === 'boolean')) && !flag) {
    return {
      fails: false,
      text: `${shown} takes every text for true, 'False' too, so it is left out; type=lambda text: text == 'True' reads a hyperparameter`,
    };
  }
  if (flag || type === 'bool') {
    return {
      fails: false,
      text: `${shown} takes no value, and SageMaker passes one with each hyperparameter, so it is left out; with type=lambda text: text == 'True' it could be one`,
    };
  }
  if (many) {
    return {
      fails: required,
      text: `${shown} takes several values, and a hyperparameter is one, so it is left out; give one text and split it`,
    };
  }
  if ((isPath(argument) && value?.source === undefined) || (required && PATH.test(name))) {
    const variable = /model|save|checkpoint|^out|output/i.test(name)
      ? 'SM_MODEL_DIR'
      : `SM_CHANNEL_${/valid|^val/i.test(name) ? 'VALIDATION' : /test/i.test(name) ? 'TEST' : 'TRAINING'}`;
    const text = value?.value;
    return String(text).startsWith('/opt/ml/') || String(text).startsWith('/tmp')
      ? undefined
      : {
          fails: true,
          text: `${shown} is a path${text === undefined ? '' : `, '${String(text)}'`}, that a job has not; default=os.environ.get('${variable}'${text === undefined ? '' : `, '${String(text)}'`}) works there and here`,
        };
  }
  return required && value?.value === undefined
    ? { fails: true, text: `${shown} is required and has no default: add it to hyperparameters` }
    : undefined;
}

function isHyperparameter(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
