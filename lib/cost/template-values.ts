/** A CloudFormation template as plain JSON: the parts that an estimate reads. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type?: string; readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
}

/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** Reads property values of a template, resolving the intrinsic functions whose result is known before a deploy. */
export class TemplateValues {
  /**
   * @param parameters values given at deploy, before the defaults
   * @param region what `AWS::Region` stands for
   */
  public constructor(
    private readonly template: Template,
    private readonly parameters: Readonly<Record<string, string>>,
    private readonly region: string,
  ) {}

  /** The text of a value: a literal, a parameter with a known value, an entry of a mapping, or a join of such; else undefined. */
  public text(value: unknown): string | undefined {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return String(value);
    }
    const intrinsic = asRecord(value);
    if (intrinsic === undefined) {
      return undefined;
    }
    if (typeof intrinsic.Ref === 'string') {
      return this.reference(intrinsic.Ref);
    }
    const join = intrinsic['Fn::Join'];
    if (Array.isArray(join) && typeof join[0] === 'string' && Array.isArray(join[1])) {
      const parts = join[1].map((part) => this.text(part));
      return parts.includes(undefined) ? undefined : parts.join(join[0]);
    }
    const find = intrinsic['Fn::FindInMap'];
    if (Array.isArray(find)) {
      const [map = '', first = '', second = ''] = find.map((part) => this.text(part));
      return this.text(this.template.Mappings?.[map]?.[first]?.[second]);
    }
    return undefined;
  }

  /** The number that a value stands for (custom resources carry numbers as strings); else undefined. */
  public number(value: unknown): number | undefined {
    const text = this.text(value);
    if (text === undefined || text.trim() === '') {
      return undefined;
    }
    const number = Number(text);
    return Number.isFinite(number) && number >= 0 ? number : undefined;
  }

  /** Whether a value is `true`, as a boolean or as text. */
  public isTrue(value: unknown): boolean {
    return this.text(value) === 'true';
  }

  /** A value for a message: its text, or the intrinsic function as JSON. */
  public describe(value: unknown): string {
    return value === undefined ? 'not set' : (this.text(value) ?? JSON.stringify(value));
  }

  private reference(name: string): string | undefined {
    if (name === 'AWS::Region') {
      return this.region;
    }
    const parameter = this.template.Parameters?.[name];
    if (parameter === undefined) {
      return undefined;
    }
    const given = this.parameters[name];
    if (given !== undefined) {
      return given;
    }
    // The default of an AWS::SSM::Parameter::Value<…> is the name of a parameter, not its value.
    return parameter.Type === 'String' || parameter.Type === 'Number'
      ? this.text(parameter.Default)
      : undefined;
  }
}

/** The logical ids that a value refers to, through Ref, Fn::GetAtt and any nesting of other functions. */
export function referencedIds(value: unknown): ReadonlySet<string> {
  const ids = new Set<string>();
  collectIds(value, ids);
  return ids;
}

/** A JSON object, or undefined for anything else. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The objects of a JSON array; empty for anything else. */
export function asRecords(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord).filter((entry) => entry !== undefined) : [];
}

function collectIds(value: unknown, ids: Set<string>): void {
  if (Array.isArray(value)) {
    for (const entry of value) {
      collectIds(entry, ids);
    }
    return;
  }
  for (const [key, entry] of Object.entries(asRecord(value) ?? {})) {
    if (key === 'Ref' && typeof entry === 'string') {
      ids.add(entry);
    } else if (key === 'Fn::GetAtt') {
      const name: unknown = Array.isArray(entry) ? entry[0] : entry;
      ids.add(String(name).split('.')[0]!);
    } else {
      collectIds(entry, ids);
    }
  }
}
