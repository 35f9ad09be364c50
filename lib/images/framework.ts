// Which images train and serve a script: the versions of a framework, out of the table that `npm run images` makes.

import { type CheckedProps, checkProps } from '../aws/declared-props';
import { DEFAULT_TENSORFLOW } from '../names';
import { ContainerImage } from './container-image';
import { Estimator, type ServingScript } from './estimator';
import type { Processor } from './instance-types';
import { type ImageScope, isVersion, type Release, releasedNames, releases, TABLE_DATE } from './release';
import { ReleasedImage } from './released-image';
import { compareVersions } from './version';

/** A TensorFlow that no image of its own serves, and one that loads its models. */
const SERVED_BY: Readonly<Record<string, string>> = { '2.21.0': '2.20.0' };

/** The frameworks as the images carry their names. */
export type FrameworkName = 'tensorflow' | 'pytorch' | 'huggingface' | 'sklearn' | 'xgboost';

/** Which of a framework's images. */
export interface FrameworkOptions {
  /**
   * The image's Python, such as 'py37', where there are several.
   * @default - the newest
   */
  readonly pyVersion?: string;
}

/** Hugging Face's images: transformers on a framework, on PyTorch or on TensorFlow. */
export interface HuggingFaceOptions extends FrameworkOptions {
  /** Such as '5.3'. */
  readonly transformers: string;
  /**
   * Such as '2.9'.
   * @default - what transformers has
   */
  readonly pytorch?: string;
  /**
   * Such as '2.6', for transformers up to 4.26.
   * @default - none: PyTorch
   */
  readonly tensorflow?: string;
}

/** Images of one's own. */
export interface ImageOptions {
  /**
   * What trains: with the SageMaker training toolkit in it where `entryPoint` names a script, else by its program `train`.
   * @default - none: nothing trains
   */
  readonly training?: ContainerImage;
  /**
   * What serves: by its program `serve`, and with SageMaker's inference toolkit in it where `hosting.entryPoint` names a script.
   * @default - none: nothing is served
   */
  readonly inference?: ContainerImage;
}

interface Kind {
  readonly title: string;
  readonly servingScript: ServingScript;
  /** What else there is where no image of its own is patched, or none serves. */
  readonly elsewhere?: string;
}

const KINDS: Readonly<Record<FrameworkName, Kind>> = {
  tensorflow: { title: 'TensorFlow', servingScript: 'none' },
  pytorch: {
    title: 'PyTorch',
    servingScript: 'model',
    elsewhere:
      "Framework.huggingface({ transformers: '5.5', pytorch: '2.6' }), which serves plain PyTorch too, or an image of your own, such as one on Ray Serve",
  },
  huggingface: { title: 'Hugging Face transformers', servingScript: 'model' },
  sklearn: { title: 'scikit-learn', servingScript: 'archive' },
  xgboost: { title: 'XGBoost', servingScript: 'archive' },
};

interface Asked {
  readonly version: string;
  /** The framework below transformers, such as 'pytorch2.6'. */
  readonly base?: string;
}

/** What trains and serves a person's script: a framework's version, or images of one's own. What does not exist is a problem of the project that uses it. */
export abstract class Framework extends Estimator {
  /**
   * TensorFlow.
   * @param version such as '2.19' or '2.19.0'
   */
  public static tensorflow(version = DEFAULT_TENSORFLOW, options: FrameworkOptions = {}): Framework {
    return new ReleasedFramework('tensorflow', { version }, checkProps('FrameworkOptions', options));
  }

  /**
   * PyTorch. Its last image that serves is 2.6, and has no patches since 2026-06-30; newer ones only train.
   * @param version such as '2.6'
   */
  public static pytorch(version = '2.6', options: FrameworkOptions = {}): Framework {
    return new ReleasedFramework('pytorch', { version }, checkProps('FrameworkOptions', options));
  }

  /** Hugging Face's transformers. They train on GPUs alone, and serve on both. */
  public static huggingface(options: HuggingFaceOptions): Framework {
    const checked = checkProps('HuggingFaceOptions', options);
    const { transformers, pytorch, tensorflow } = checked.sound;
    const base = tensorflow === undefined ? `pytorch${pytorch ?? ''}` : `tensorflow${tensorflow}`;
    return new ReleasedFramework('huggingface', { version: transformers, base }, checked);
  }

  /**
   * Scikit-learn.
   * @param version such as '1.9-0', or '1.9'
   */
  public static sklearn(version = '1.9-0', options: FrameworkOptions = {}): Framework {
    return new ReleasedFramework('sklearn', { version }, checkProps('FrameworkOptions', options));
  }

  /**
   * XGBoost with a script of one's own.
   * @param version such as '3.2-0', or '3.2'
   */
  public static xgboost(version = '3.2-0', options: FrameworkOptions = {}): Framework {
    return new ReleasedFramework('xgboost', { version }, checkProps('FrameworkOptions', options));
  }

  /** Images of one's own, each where something trains or is served. */
  public static image(options: ImageOptions): Framework {
    return new OwnImages(checkProps('ImageOptions', options));
  }

  /** What it is a version of, such as 'tensorflow'; 'image' for images of one's own. */
  public abstract override readonly name: FrameworkName | 'image';

  /** The version as it was asked for, such as '2.19'; '' for images of one's own. */
  public abstract readonly version: string;
}

/** A framework's version: the image that trains, and the image that serves what was trained. */
class ReleasedFramework extends Framework {
  public readonly trainsAlone = false;
  private readonly releases: Readonly<Record<ImageScope, Release | undefined>>;
  private readonly pyVersion: string | undefined;

  public constructor(
    public readonly name: FrameworkName,
    private readonly asked: Asked,
    private readonly declared: CheckedProps<FrameworkOptions>,
  ) {
    super();
    this.pyVersion = declared.sound.pyVersion;
    const of = (scope: ImageScope) => newest(framework(name, scope), asked, this.pyVersion);
    const training = of('training');
    this.releases = { training, inference: training ? serving(training) : of('inference') };
  }

  public get servingScript(): ServingScript {
    return KINDS[this.name].servingScript;
  }

  /** As a person would say it. */
  public override toString(): string {
    return this.title;
  }

  public get version(): string {
    return this.asked.version;
  }

  public warning(uses: readonly ImageScope[]): string | undefined {
    const ended = uses.flatMap((use) => {
      const release = this.releases[use];
      const since = release?.unpatchedSince(TABLE_DATE);
      return release && since !== undefined
        ? [{ since, image: `${release.repository} ${release.version}` }]
        : [];
    });
    const [first] = ended.toSorted((one, other) => (one.since < other.since ? -1 : 1));
    return (
      first &&
      `${first.image} has no security patches since ${first.since}; ${wayOut(this.name, TABLE_DATE, uses)}`
    );
  }

  public image(scope: ImageScope, processor: Processor): ContainerImage {
    return new ReleasedImage(this.releases[scope]!, processor, this.pyVersion);
  }

  public problems(scope: ImageScope, processor: Processor, region: string | undefined): string[] {
    const release = this.releases[scope];
    const wrong = this.declared.problems(`Framework.${this.name}`);
    if (wrong.length > 0) {
      return wrong;
    }
    if (!release) {
      return [this.missing(scope)];
    }
    const { pyVersion } = this;
    if (scope === 'training' && pyVersion !== undefined && !release.pythons.includes(pyVersion)) {
      const pythons = release.pythons.join(', ') || 'one Python alone, which has no name';
      return [`${this.title} has no image with the Python '${pyVersion}'; there is ${pythons}`];
    }
    if (!release.processors.includes(processor)) {
      const there = release.processors.map((other) => other.toUpperCase()).join(', ');
      return [
        `${release.repository} ${release.version} has no image for ${processor.toUpperCase()} instances; there is one for ${there}`,
      ];
    }
    return new ReleasedImage(release, processor, pyVersion).problems(region);
  }

  private get title(): string {
    const base = /^([a-z]+)(\d.*)$/.exec(this.asked.base ?? '');
    return `${KINDS[this.name].title} ${this.version}${base ? ` on ${KINDS[base[1] as FrameworkName].title} ${base[2]}` : ''}`;
  }

  /** Why there is no image. */
  private missing(scope: ImageScope): string {
    const { elsewhere } = KINDS[this.name];
    const verb = scope === 'training' ? 'trains' : 'serves';
    const there = framework(this.name, scope).map(described);
    const fewer = there.filter((version, place) => there.indexOf(version) === place);
    const known = `there are ${fewer.toReversed().join(', ')}`;
    // The app runs without its types being checked, and 2.10 is the number 2.1.
    const asText = typeof this.version === 'string' ? '' : ', which is a number: write it in quotes';
    return `no image ${verb} ${this.title}${asText}; ${known}${scope === 'inference' && elsewhere !== undefined ? `; or ${elsewhere}` : ''}`;
  }
}

/** Images of one's own. */
class OwnImages extends Framework {
  public readonly name = 'image';
  public readonly version = '';
  public readonly servingScript = 'declared';
  public readonly trainsAlone = true;

  public constructor(private readonly declared: CheckedProps<ImageOptions>) {
    super();
  }

  public override toString(): string {
    return 'an image of your own';
  }

  public warning(): string | undefined {
    return undefined;
  }

  public image(scope: ImageScope): ContainerImage {
    return this.declared.sound[scope]!;
  }

  public problems(scope: ImageScope, _processor: Processor, region: string | undefined): string[] {
    const wrong = this.declared.problems('Framework.image');
    if (wrong.length > 0) {
      return wrong;
    }
    const image: unknown = this.declared.sound[scope];
    if (image === undefined) {
      return [
        `Framework.image names no image that ${scope === 'training' ? 'trains' : 'serves'}; give ${scope}: ContainerImage.fromUri('…'), fromEcrRepository(…) or fromAsset('…')`,
      ];
    }
    // The CDK has classes of that name too, and a class is known by its name.
    return image instanceof ContainerImage
      ? image.problems(region).map((problem) => `Framework.image.${scope}: ${problem}`)
      : [
          `Framework.image.${scope}: is another library's ContainerImage; import that of lib/images/container-image`,
        ];
  }
}

/**
 * The versions of each framework that train and can be served, the newest first: each with how bin/app.ts says it, and with what there
 * is to say where it gets no security patches any more.
 */
export function servedVersions(): Record<string, object[]> {
  const of = (name: FrameworkName) => {
    const versions = framework(name, 'training').map(({ version }) =>
      version.replace(/^(\d+\.\d+)\.0$/, '$1'),
    );
    return [...new Set(versions.toReversed())].flatMap((version) => {
      const hugging = name === 'huggingface';
      const each = hugging ? Framework.huggingface({ transformers: version }) : Framework[name](version);
      const problems = [
        ...each.problems('training', hugging ? 'gpu' : 'cpu', undefined),
        ...each.problems('inference', 'cpu', undefined),
      ];
      const unpatched = each.warning(['training', 'inference']);
      return problems.length === 0 ? [{ version, code: written(name, version), unpatched }] : [];
    });
  };
  return Object.fromEntries(Object.keys(KINDS).map((name) => [name, of(name as FrameworkName)]));
}

/** How a person writes a version of a framework. */
function written(name: FrameworkName, version: string): string {
  return name === 'huggingface'
    ? `Framework.huggingface({ transformers: '${version}' })`
    : `Framework.${name}('${version}')`;
}

/** The images of a framework, without those that are of an algorithm alone. */
function framework(name: string, scope: ImageScope): readonly Release[] {
  return releases(name, scope).filter(({ repository }) => repository !== 'xgboost');
}

/** A version as a person would write it: without its patch where that says nothing. */
function described({ version, base }: Release): string {
  const short = version.replace(/^(\d+\.\d+)\.\d+$/, '$1');
  return base === '' ? short : `${short} on ${base.replace(/^([a-z]+)(\d+\.\d+).*$/, '$1 $2')}`;
}

/** The newest of the images that were asked for. */
function newest(
  candidates: readonly Release[],
  { version, base }: Asked,
  pyVersion: string | undefined,
): Release | undefined {
  const based = candidates.filter((release) => base === undefined || isBase(release.base, base));
  const exact = based.filter((release) => release.version === version);
  const found = exact.length > 0 ? exact : based.filter((release) => isVersion(release.version, version));
  return (
    found.findLast(({ pythons }) => pyVersion !== undefined && pythons.includes(pyVersion)) ?? found.at(-1)
  );
}

function isBase(base: string, asked: string): boolean {
  return /\d/.test(asked) ? isVersion(base, asked) : base.startsWith(asked);
}

/** The image that serves what another has trained; undefined if none fits. */
function serving(trained: Release): Release | undefined {
  const { name, version } = trained;
  const family = trained.base.replace(/\d.*$/, '');
  const candidates = framework(name, 'inference').filter(({ base }) => base.startsWith(family));
  const same = candidates.findLast(
    (release) => release.version === version && (trained.base === '' || release.base === trained.base),
  );
  const minor = version.split('.').slice(0, 2).join('.');
  switch (name) {
    case 'tensorflow':
      return (
        same ??
        candidates.findLast((release) => isVersion(release.version, minor)) ??
        candidates.find((release) => release.version === SERVED_BY[version])
      );
    case 'pytorch':
      return same ?? candidates.findLast((release) => isVersion(release.version, minor));
    case 'huggingface':
      // The weights are the same under any PyTorch; an older transformers may not know the model.
      return same ?? candidates.find((release) => compareVersions(release.version, version) >= 0);
    default:
      // A pickle is of its version.
      return same;
  }
}

/** Images of this table that a text names and that get no security patches any more. */
export interface UnpatchedImages {
  /** Such as `tensorflow-training:2.19.0-cpu-py312-ubuntu22.04-sagemaker`. */
  readonly images: readonly string[];
  /** Since when, in words to follow 'since'. */
  readonly since: string;
  /** What to do. */
  readonly wayOut: string;
}

/**
 * The images in a text, such as a template, whose patching is over.
 * @param today a date as YYYY-MM-DD; synthesis knows none, so whoever asks tells it.
 */
export function unpatchedImages(written: string, today: string): UnpatchedImages[] {
  const scopes: readonly ImageScope[] = ['training', 'inference'];
  const found = releasedNames()
    .flatMap((name) => scopes.flatMap((scope) => framework(name, scope)))
    .filter(({ repository }) => written.includes(`/${repository}:`))
    .flatMap((release) => {
      const since = release.unpatchedSince(today);
      const images =
        since === undefined ? [] : names(release).filter((name) => written.includes(`/${name}"`));
      return since === undefined || images.length === 0
        ? []
        : [{ images, since, wayOut: wayOut(release.name as FrameworkName, today, [release.scope]) }];
    });
  // Where the same images train and serve, each stands once.
  return found.filter(
    ({ images }, place) => found.findIndex((other) => other.images.join() === images.join()) === place,
  );
}

/** All names of a release's image. */
function names(release: Release): string[] {
  const pythons = release.pythons.length > 0 ? release.pythons : [''];
  return release.processors.flatMap((processor) =>
    pythons.map((python) => `${release.repository}:${release.tag(processor as Processor, python)}`),
  );
}

/** What to move to from an image without patches: the newest version that has some for all its uses. */
function wayOut(name: FrameworkName, day: string, uses: readonly ImageScope[]): string {
  const { title, elsewhere } = KINDS[name];
  const patched = framework(name, 'training').findLast((training) => {
    const used = uses.map((use) => (use === 'training' ? training : serving(training)));
    return used.every((release) => release?.patchedUntil !== undefined && release.patchedUntil >= day);
  });
  if (patched) {
    return `move to ${written(name, described(patched))}`;
  }
  return elsewhere === undefined
    ? `no ${title} image of AWS's is patched any more`
    : `no ${title} image of AWS's is patched any more: move to ${elsewhere}`;
}
