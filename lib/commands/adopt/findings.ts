import type { Place, ScriptArgument, ScriptFacts } from './script-facts';
import type { FrameworkChoice } from './framework-choice';
import { attributeOf } from './printed-metrics';
import { compareVersions } from '../../images/version';

/** Something that the person should know of a script, and where it stands. */
export interface Finding extends Place {
  /** Whether the job fails by it, or loses what it made; else it is a remark. */
  readonly fails: boolean;
  readonly text: string;
}

/** Where a job may write, and its model is. */
const KEPT = /^\/opt\/ml\/(model|output|checkpoints)(\/|$)|^\/tmp(\/|$)|^\/dev\//;

/** What each finding of read_script.py means on SageMaker. */
const MEANINGS: Readonly<Record<string, (text: string) => Omit<Finding, keyof Place>>> = {
  magic: (text) => ({
    fails: true,
    text: `'${text}' is a notebook's, not Python; take the line out (packages go into requirements.txt)`,
  }),
  argv: () => ({
    fails: true,
    text: 'reads sys.argv by position; SageMaker passes `--name value`: use argparse',
  }),
  input: () => ({ fails: true, text: 'input() waits for a person, and no one is there: the job fails' }),
  window: (text) => ({ fails: true, text: `${text} opens a window, and a job has no screen: take it out` }),
  show: (text) => ({
    fails: false,
    text: `${text} shows nothing in a job; plt.savefig into SM_OUTPUT_DATA_DIR keeps the picture`,
  }),
  'gone-import': (text) => ({ fails: true, text: `imports ${text}, which a job has not` }),
  'relative-import': (text) => ({
    fails: true,
    text: `'${text}': the entry point is no part of a package; import it without the dots`,
  }),
  'save-format': () => ({
    fails: true,
    text: "save_format= is gone in Keras 3; model.export(os.path.join(os.environ['SM_MODEL_DIR'], '1')) writes what is served",
  }),
};

/** What will not work on SageMaker as it does on its author's machine. */
export function scriptFindings(facts: ScriptFacts, framework: FrameworkChoice | undefined): Finding[] {
  const keras3 = framework?.name === 'tensorflow' && compareVersions(framework.version, '2.16') >= 0;
  return [
    ...facts.findings
      .filter(({ kind }) => keras3 || kind !== 'save-format')
      .map(({ kind, text, file, line }) => ({ ...MEANINGS[kind]!(text), file, line })),
    ...facts.writes.flatMap((access) => writeFindings(access, facts)),
    ...facts.reads.flatMap((access) =>
      access.ofMachine
        ? [
            {
              ...place(access),
              fails: true,
              text: `${access.call} reads '${access.root.value}', which is not there in a job; read os.environ['SM_CHANNEL_…'], or put the file into sourceDir`,
            },
          ]
        : [],
    ),
    ...facts.fits
      .filter(({ verbose }) => [undefined, 1, 'auto'].includes(verbose?.value as number | string | undefined))
      .map((fit) => ({
        ...place(fit),
        fails: false,
        text: 'fit draws its bar again and again, so each metric is read at every step; verbose=2 prints a line for an epoch',
      })),
    ...modelFindings(facts, framework?.name, keras3),
  ];
}

function place({ file, line }: Place): Place {
  return { file, line };
}

function writeFindings({ root, call, ...at }: ScriptFacts['writes'][number], facts: ScriptFacts): Finding[] {
  const argument = facts.arguments.find((each) => nameInScript(each) === root.attribute);
  const written = root.value ?? argument?.default?.value;
  // A name alone may be a file's or a folder's: what is no path at all is no text.
  if (typeof written !== 'string' || KEPT.test(written) || written === '' || argument?.default?.variable) {
    return [];
  }
  const whose = argument ? `the default of ${argument.flags.at(-1)}, ` : '';
  return [
    {
      ...place(at),
      fails: false,
      text: `${call} writes to ${whose}'${written}', which is gone when the job ends; what is kept lies in SM_MODEL_DIR (the model) or SM_OUTPUT_DATA_DIR`,
    },
  ];
}

/** The attribute under which a script knows an argument. */
export function nameInScript({ flags, dest }: ScriptArgument): string {
  return dest ?? attributeOf(flags.find((flag) => flag.startsWith('--')) ?? flags[0]!);
}

/** What the endpoint needs of the script. */
function modelFindings(facts: ScriptFacts, framework: string | undefined, keras3: boolean): Finding[] {
  const start = { file: facts.files[0]!, line: 1 };
  const saves =
    facts.environment.some(({ name }) => name === 'SM_MODEL_DIR') ||
    facts.paths.some(({ channel }) => channel === null);
  const findings: Finding[] = saves
    ? []
    : [
        {
          ...start,
          fails: true,
          text: "writes nothing to os.environ['SM_MODEL_DIR']: the job would end without a model to serve",
        },
      ];
  const handled = facts.functions.some((name) => name === 'model_fn');
  if (framework === 'tensorflow') {
    const savedModel =
      !keras3 ||
      facts.writes.some(({ call }) => call.endsWith('.export') || call.endsWith('saved_model.save')) ||
      facts.findings.some(({ kind }) => kind === 'save-format');
    findings.push(
      ...facts.writes
        .filter(({ call }) => !savedModel && /(^|\.)model\.save$/.test(call))
        .map((access) => ({
          ...place(access),
          fails: true,
          text: "model.save writes no SavedModel with Keras 3, and nothing else is served; model.export(os.path.join(os.environ['SM_MODEL_DIR'], '1'))",
        })),
    );
  } else if ((framework === 'pytorch' || framework === 'sklearn') && !handled) {
    findings.push({
      ...start,
      fails: true,
      text: `has no model_fn(model_dir), by which the ${framework} container loads the model: add one`,
    });
  }
  return findings;
}
