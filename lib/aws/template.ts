// What constructs and commands share of AWS: templates and how they resolve, what an error of its clients says of the
// credentials, permissions, bundled functions, and the one error that tells all that is wrong with a configuration.

/** A resource of a CloudFormation template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A CloudFormation template: the parts that are read here. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Type?: string; readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
}

/** The logical ids that a value refers to, through Ref, Fn::GetAtt and any nesting of other functions. */
export function referencedIds(value: unknown): ReadonlySet<string> {
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(asRecord(value) ?? {});
  return new Set(
    entries.flatMap(([key, entry]: [unknown, unknown]) => {
      if (key === 'Ref' && typeof entry === 'string') {
        return [entry];
      }
      return key === 'Fn::GetAtt' ? [[entry].flat().join('.').split('.')[0]!] : [...referencedIds(entry)];
    }),
  );
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
