import { compareVersions } from './version';
import table from './image-table.json';
import type { Processor } from './instance-types';

/** What an image is for. */
export type ImageScope = 'training' | 'inference';

/** Images of one repository that differ by their version alone, as `npm run images` writes them. */
interface Row {
  readonly versions: string;
  readonly repository: string;
  readonly registry: string;
  /** The set of the registry's regions that do not have the image. */
  readonly without?: string;
  readonly tag?: string;
  /** The framework below Hugging Face's transformers, such as 'pytorch2.6.0'. */
  readonly base?: string;
  readonly processors?: string;
  readonly pythons?: string;
  readonly containers?: Readonly<Record<string, string>>;
}

interface Listed {
  readonly patchedUntil?: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

const { registries, without, images } = table as unknown as {
  readonly registries: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly without: Readonly<Record<string, string>>;
  readonly images: Readonly<Record<string, Readonly<Record<string, Listed>>>>;
};

/** The day of the table: what was no longer patched then says so at synthesis, which reads no clock. */
export const TABLE_DATE: string = table.date;

/** One image of AWS's, by its version: for each processor a tag, in each region an account. */
export class Release {
  public constructor(
    /** The framework or algorithm, such as 'tensorflow'. */
    public readonly name: string,
    public readonly scope: ImageScope,
    /** In full, such as '2.19.0'. */
    public readonly version: string,
    private readonly row: Row,
    /** The last day of its security patches; undefined where AWS states none. */
    public readonly patchedUntil: string | undefined,
  ) {}

  /** Such as 'tensorflow-training'. */
  public get repository(): string {
    return this.row.repository;
  }

  /** Whose accounts hold it, such as 'deep-learning-containers'. */
  public get registry(): string {
    return this.row.registry;
  }

  /** The framework below, such as 'pytorch2.6.0'; '' for all but Hugging Face's. */
  public get base(): string {
    return this.row.base ?? '';
  }

  /** The processors that there are images for. */
  public get processors(): readonly string[] {
    return words(this.row.processors ?? 'cpu gpu');
  }

  /** Its versions of Python, the oldest first; none where the tag says nothing of it. */
  public get pythons(): readonly string[] {
    return words(this.row.pythons);
  }

  /** The tag for a processor. */
  public tag(processor: Processor, python = this.pythons.at(-1) ?? ''): string {
    const values: Readonly<Record<string, string>> = {
      version: this.version,
      base: this.base.replace(/^[a-z]+/, ''),
      processor,
      python,
      container: this.row.containers?.[processor] ?? '',
    };
    return (this.row.tag ?? '{version}-{processor}-{python}').replaceAll(
      /\{(\w+)\}/g,
      (_name, key: string) => values[key] ?? '',
    );
  }

  /** The account that holds it in each of its regions. */
  public accounts(): Readonly<Record<string, string>> {
    const lacking = new Set(words(without[this.row.without ?? '']));
    return Object.fromEntries(
      Object.entries(registries[this.registry] ?? {})
        .flatMap(([account, regions]) => words(regions).map((region) => [region, account] as const))
        .filter(([region]) => !lacking.has(region))
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  }

  /** Since when it has no patches on a day, in words to follow 'since'; undefined if it has, or if nothing is known of it. */
  public unpatchedSince(day: string): string | undefined {
    if (this.patchedUntil !== undefined) {
      return this.patchedUntil < day ? this.patchedUntil : undefined;
    }
    // What is older than the oldest that the policy still names ended no later.
    const ended = releases(this.name, this.scope).find(
      ({ patchedUntil, version }) => patchedUntil !== undefined && compareVersions(version, this.version) > 0,
    )?.patchedUntil;
    return ended !== undefined && ended < day ? `${ended} or earlier` : undefined;
  }
}

/** What there are images of, by the SDK's names. */
export function releasedNames(): readonly string[] {
  return Object.keys(images);
}

const read = new Map<string, readonly Release[]>();

/** The images of a framework or algorithm for a scope, the oldest first. */
export function releases(name: string, scope: ImageScope): readonly Release[] {
  const key = `${name} ${scope}`;
  if (!read.has(key)) {
    read.set(key, readReleases(name, scope));
  }
  return read.get(key)!;
}

function readReleases(name: string, scope: ImageScope): Release[] {
  const scopes = images[name] ?? {};
  const { rows = [], patchedUntil = {} } = scopes[scope] ?? scopes['training and inference'] ?? {};
  const lastDay = (version: string) =>
    patchedUntil[Object.keys(patchedUntil).find((listed) => isVersion(version, listed)) ?? ''];
  return rows
    .flatMap((row) =>
      words(row.versions).map((version) => new Release(name, scope, version, row, lastDay(version))),
    )
    .toSorted((one, other) => compareVersions(one.version, other.version));
}

/** Whether a full version is one that a shorter one stands for: 2.19.0 is 2.19, and 1.9-0 is 1.9. */
export function isVersion(version: string, asked: string): boolean {
  return (
    version === asked ||
    `${version}.0` === asked ||
    (version.startsWith(asked) && /[.-]/.test(version[asked.length]!))
  );
}

function words(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(' ');
}
