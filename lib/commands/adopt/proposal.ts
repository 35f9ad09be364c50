import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fromRoot, proposeChannels } from './channels';
import type { Finding } from './findings';
import { scriptFindings } from './findings';
import { type FrameworkChoice, chooseFramework, packageOf, parseRequirements } from './framework-choice';
import { proposeHyperparameters } from './hyperparameters';
import { printedMetrics } from './printed-metrics';
import type { ScriptFacts } from './script-facts';
import { UserError } from '../../console/user-error';

/** What bin/app.ts should say for a script, and what is to say of the script. */
export interface Proposal {
  /** The props of `training` that the script decides, as TypeScript; undefined takes one away. */
  readonly training: Readonly<Record<string, string | undefined>>;
  /** Sorted: what fails first. */
  readonly findings: readonly Finding[];
  /** The names of its metrics: a gate on another is no longer one. */
  readonly metrics: readonly string[];
}

/** What a proposal is made from, besides the script. */
export interface ProposalProps {
  /** The project's directory, absolute. */
  readonly root: string;
  /** The directory of `--data`. */
  readonly data: string | undefined;
}

/** Packages that each image has, with what its framework brings, the toolkit, and those that the image's page names. */
const IN_EVERY_IMAGE = [
  'numpy',
  'scipy',
  'boto3',
  'botocore',
  'requests',
  'psutil',
  'six',
  'urllib3',
  'sagemaker-training',
];
const IN_IMAGES: Readonly<Record<string, readonly string[]>> = {
  tensorflow: ['tensorflow', 'keras', 'absl-py', 'absl', 'h5py', 'pandas', 'pillow', 'scikit-learn'],
  pytorch: ['torch', 'torchvision', 'torchaudio', 'pandas', 'pillow', 'scikit-learn', 'tqdm', 'pyyaml'],
  huggingface: [
    'transformers',
    'datasets',
    'torch',
    'tokenizers',
    'pandas',
    'pillow',
    'scikit-learn',
    'tqdm',
    'pyyaml',
  ],
  xgboost: ['xgboost', 'pandas', 'scikit-learn', 'pillow', 'sagemaker-xgboost-container', 'joblib'],
  sklearn: ['scikit-learn', 'pandas', 'joblib', 'pillow', 'sagemaker-sklearn-container'],
};

/** What bin/app.ts should say for a script. @throws UserError where no proposal could work */
export function propose(facts: ScriptFacts, { root, data }: ProposalProps): Proposal {
  const sourceDir = fromRoot(root, facts.sourceRoot);
  if (sourceDir === '.') {
    throw new UserError(
      `the script lies in the project's own directory, all of which would travel with it; move it into one of its own, such as training/`,
    );
  }
  const file = join(facts.sourceRoot, 'requirements.txt');
  const requirements = existsSync(file) ? parseRequirements(readFileSync(file, 'utf8')) : [];
  const framework = chooseFramework(facts, requirements);
  const hyperparameters = proposeHyperparameters(facts);
  const metrics = printedMetrics(facts);
  const channels = proposeChannels(facts, data);
  const findings = [
    ...scriptFindings(facts, framework),
    ...hyperparameters.findings,
    ...frameworkFindings(framework, facts, relative(root, file)),
    ...packageFindings(
      facts,
      framework?.name,
      requirements.map(({ name }) => name),
      sourceDir,
    ),
    ...channelFindings(facts, channels),
    ...(sourceDir.startsWith('..')
      ? [
          {
            ...firstLine(facts),
            fails: false,
            text: `lies outside this project, so a clone of it has no script; copy ${sourceDir} to training/ and adopt that`,
          },
        ]
      : []),
  ];
  const list = channels.length > 0 ? channels : [{ name: 'training', directory: undefined }];
  return {
    training: {
      framework: framework?.code,
      sourceDir: literal(sourceDir),
      entryPoint: literal(fromRoot(facts.sourceRoot, facts.script)),
      hyperparameters: objectOf(
        Object.entries(hyperparameters.values).map(([name, value]) => [name, literal(value)]),
      ),
      metricDefinitions:
        metrics.length === 0
          ? undefined
          : `[${metrics.map(({ name, regex }) => `{ name: ${literal(name)}, regex: ${pattern(regex)} }`).join(',\n')}]`,
      // Transformers' images train on GPUs alone.
      ...(framework?.name === 'huggingface' ? { instanceType: "'ml.g4dn.xlarge'" } : {}),
      channels: objectOf(
        list.map(({ name, directory }) => [
          name,
          `Channel.fromDirectory(${literal(directory ? fromRoot(root, directory) : `${sourceDir}/data/${name}`)})`,
        ]),
      ),
    },
    findings: findings.toSorted(
      (one, other) =>
        Number(other.fails) - Number(one.fails) ||
        one.file.localeCompare(other.file) ||
        one.line - other.line,
    ),
    metrics: metrics.map(({ name }) => name),
  };
}

function firstLine({ files }: ScriptFacts) {
  return { file: files[0]!, line: 1 };
}

function frameworkFindings(
  framework: FrameworkChoice | undefined,
  facts: ScriptFacts,
  requirementsFile: string,
): Finding[] {
  if (!framework) {
    return [
      {
        ...firstLine(facts),
        fails: true,
        text: 'imports no framework that there is an image of (TensorFlow, Keras, PyTorch, scikit-learn, XGBoost): say the framework in bin/app.ts',
      },
    ];
  }
  const { pinned, code, fits, unpatched } = framework;
  const warned =
    unpatched === undefined ? [] : [{ ...firstLine(facts), fails: false, text: `for ${code}: ${unpatched}` }];
  if (!pinned) {
    return warned;
  }
  return [
    ...warned,
    {
      file: requirementsFile,
      line: pinned.line,
      fails: false,
      text: `${pinned.name}${pinned.specifier} ${fits ? 'is in the image already' : `is no image's; ${code} is the nearest`}; without this line nothing is installed over the image's own`,
    },
  ];
}

/** Imports that neither the image nor requirements.txt brings. */
function packageFindings(
  { imports, standardLibrary }: ScriptFacts,
  framework: string | undefined,
  required: readonly string[],
  sourceDir: string,
): Finding[] {
  const known = [...standardLibrary, ...IN_EVERY_IMAGE, ...(IN_IMAGES[framework ?? ''] ?? [])];
  const seen = new Set(known.map(packageOf));
  return imports.flatMap(({ package: imported, file, line }) => {
    const name = packageOf(imported);
    const there = standardLibrary.includes(imported) || seen.has(name) || required.includes(name);
    // opencv-python and opencv-python-headless are the same import.
    const kin = required.some((each) => name.startsWith(each) || each.startsWith(name));
    seen.add(name);
    return there || kin
      ? []
      : [
          {
            file,
            line,
            fails: true,
            text: `imports ${imported}, which is not known to be in the image; add ${name} to ${sourceDir}/requirements.txt (its size is not known here)`,
          },
        ];
  });
}

function channelFindings(facts: ScriptFacts, channels: ReturnType<typeof proposeChannels>): Finding[] {
  const at = firstLine(facts);
  if (channels.length === 0) {
    return [
      {
        ...at,
        fails: true,
        text: "reads no channel, and a job has 1 to 20; give --data DIR, and read os.environ['SM_CHANNEL_TRAINING']",
      },
    ];
  }
  const read =
    facts.paths.some(({ channel }) => channel !== null) ||
    facts.environment.some(({ name }) => name.startsWith('SM_CHANNEL_'));
  return [
    ...channels
      .filter(({ directory }) => directory === undefined)
      .map(({ name }) => ({
        ...at,
        fails: true,
        text: `reads the channel '${name}', whose data is not known; --data DIR names the folder that has it, or one of the name '${name}' in it`,
      })),
    ...(read
      ? []
      : [
          {
            ...at,
            fails: false,
            text: `reads no channel; the data lies in os.environ['SM_CHANNEL_${channels[0]!.name.toUpperCase()}']`,
          },
        ]),
  ];
}

/** A value as prettier writes it. */
function literal(value: unknown): string {
  return typeof value === 'string'
    ? `'${JSON.stringify(value)
        .slice(1, -1)
        .replaceAll('\\"', '"')
        .replaceAll("'", String.raw`\'`)}'`
    : JSON.stringify(value);
}

/** A regular expression is readable without its backslashes written twice. */
function pattern(regex: string): string {
  return /[`$]|\\$/.test(regex.replaceAll(String.raw`\$`, '')) || !regex.includes('\\')
    ? literal(regex)
    : `String.raw\`${regex}\``;
}

function objectOf(entries: readonly (readonly [string, string])[]): string | undefined {
  return entries.length === 0
    ? undefined
    : `{ ${entries.map(([name, value]) => `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name)}: ${value}`).join(', ')} }`;
}
