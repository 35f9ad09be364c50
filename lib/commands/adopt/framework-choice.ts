import type { ScriptFacts } from './script-facts';
import { Framework, type FrameworkName } from '../../images/framework';
import { releases } from '../../images/release';
import { compareVersions } from '../../images/version';

/** A line of requirements.txt. */
export interface Requirement {
  /** In the form in which names are compared. */
  readonly name: string;
  /** Such as `>=2.16,<2.20`; '' for any. */
  readonly specifier: string;
  readonly line: number;
}

/** The framework that a script is for, and in which version. */
export interface FrameworkChoice {
  /** The method of Framework. */
  readonly name: FrameworkName;
  /** Such as 2.21. */
  readonly version: string;
  /** Such as `Framework.tensorflow('2.21')`. */
  readonly code: string;
  /** The package that requirements.txt would install over the image's. */
  readonly pinned: Requirement | undefined;
  /** Whether the chosen version is one that the pin allows. */
  readonly fits: boolean;
  /** What there is to say where it gets no security patches any more. */
  readonly unpatched: string | undefined;
}

/** The packages that tell a framework, the most telling first. */
const TELLING: readonly [name: FrameworkName, packages: readonly string[]][] = [
  ['tensorflow', ['tensorflow', 'keras', 'tensorflow-cpu']],
  ['huggingface', ['transformers']],
  ['pytorch', ['torch', 'torchvision', 'pytorch-lightning', 'lightning']],
  ['xgboost', ['xgboost', 'xgboost-cpu']],
  ['sklearn', ['scikit-learn']],
];

/** Import names whose package has another. */
const PACKAGES: Readonly<Record<string, string>> = {
  PIL: 'pillow',
  cv2: 'opencv-python-headless',
  sklearn: 'scikit-learn',
  skimage: 'scikit-image',
  yaml: 'pyyaml',
  bs4: 'beautifulsoup4',
  pytorch_lightning: 'pytorch-lightning',
};

/** The package of an import, in the form in which names are compared. */
export function packageOf(imported: string): string {
  return normal(PACKAGES[imported] ?? imported);
}

/** The lines of a requirements.txt that name a package. */
export function parseRequirements(text: string): Requirement[] {
  return text.split('\n').flatMap((line, index) => {
    const found = /^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:\(?([^;#@)]*)\)?)/.exec(line);
    return found && !line.trimStart().startsWith('-')
      ? [{ name: normal(found[1]!), specifier: found[2]!.replaceAll(/\s/g, ''), line: index + 1 }]
      : [];
  });
}

/** The framework of a script: undefined where it imports none. What trains and serves, fits the pin and is patched comes first. */
export function chooseFramework(
  { imports }: Pick<ScriptFacts, 'imports'>,
  requirements: readonly Requirement[],
): FrameworkChoice | undefined {
  const used = new Set([
    ...imports.map(({ package: imported }) => packageOf(imported)),
    // A library on top of one may be all that is imported.
    ...requirements.map(({ name }) => name).filter((name) => name === 'tensorflow' || name === 'torch'),
  ]);
  const found = TELLING.find(([, packages]) => packages.some((each) => used.has(each)));
  if (!found) {
    return undefined;
  }
  const [name, packages] = found;
  const pinned = requirements.find((each) => packages.includes(each.name));
  const pairs = PAIRS[name]();
  const fitting = pairs.filter(({ version }) => allows(pinned?.specifier ?? '', version));
  const patched = (candidates: typeof pairs) => candidates.find(({ framework }) => !framework.warning(BOTH));
  const chosen = patched(fitting) ?? fitting[0] ?? patched(pairs) ?? pairs[0]!;
  return {
    name,
    version: chosen.version,
    code: chosen.code,
    pinned,
    fits: fitting.includes(chosen),
    unpatched: chosen.framework.warning(BOTH),
  };
}

const BOTH = ['training', 'inference'] as const;

/** A version that trains and that can be served, and how bin/app.ts says it. */
interface Pair {
  readonly version: string;
  readonly code: string;
  readonly framework: Framework;
}

/** The pairs of a framework, the newest first. */
const PAIRS: Readonly<Record<FrameworkName, () => Pair[]>> = {
  tensorflow: () => pairsOf('tensorflow'),
  pytorch: () => pairsOf('pytorch'),
  huggingface: () =>
    pairs(
      'huggingface',
      (transformers) => Framework.huggingface({ transformers }),
      (version) => `Framework.huggingface({ transformers: '${version}' })`,
    ),
  sklearn: () => pairsOf('sklearn'),
  xgboost: () => pairsOf('xgboost'),
};

function pairsOf(name: 'tensorflow' | 'pytorch' | 'sklearn' | 'xgboost'): Pair[] {
  return pairs(
    name,
    (version) => Framework[name](version),
    (version) => `Framework.${name}('${version}')`,
  );
}

function pairs(
  name: FrameworkName,
  framework: (version: string) => Framework,
  code: (version: string) => string,
): Pair[] {
  const versions = releases(name, 'training').map(({ version }) => version.replace(/^(\d+\.\d+)\.0$/, '$1'));
  const processor = name === 'huggingface' ? 'gpu' : 'cpu';
  return [...new Set(versions)]
    .toSorted((one, other) => compareVersions(other, one))
    .map((version) => ({ version, code: code(version), framework: framework(version) }))
    .filter(
      (pair) =>
        pair.framework.trainingProblems(processor, undefined).length === 0 &&
        pair.framework.inferenceProblems('cpu', undefined).length === 0,
    );
}

/** Whether a specifier, such as `>=2.16,<2.20`, allows a version of the images, such as 2.19: any patch of it. */
export function allows(specifier: string, version: string): boolean {
  return specifier
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const [, operator = '==', text = ''] = /^(===|==|~=|!=|>=|<=|<|>)?(.*)$/.exec(part)!;
      const pin = numbers(text);
      const have = numbers(version);
      const order = compare(have, pin);
      switch (operator) {
        case '>=':
        case '>':
          return order > 0 || (order === 0 && (operator === '>=' || pin.length > have.length));
        case '<=':
          return order <= 0;
        case '<':
          // `<2.19.1` has 2.19.0 in it.
          return order < 0 || (order === 0 && pin.slice(have.length).some((each) => each > 0));
        case '!=':
          return order !== 0 || (pin.length > have.length && !text.includes('*'));
        case '~=':
          return order >= 0 && compare(have, pin.slice(0, -1)) === 0;
        default:
          return order === 0;
      }
    });
}

/** Compares as far as both say something. */
function compare(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    if (one[index] !== other[index]) {
      return one[index]! - other[index]!;
    }
  }
  return 0;
}

function numbers(version: string): number[] {
  return version
    .replace(/\.\*$/, '')
    .split(/[.-]/)
    .map((part) => Number.parseInt(part, 10))
    .filter((part) => Number.isFinite(part));
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
