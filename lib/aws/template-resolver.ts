import { asRecord, type Template } from './template';

/** What a reader of a template takes for the values that only a deploy gives. */
export interface DeployTimeValues {
  /**
   * What a parameter, a pseudo parameter, a resource (`Bucket`) or an attribute (`Bucket.Arn`) stands for;
   * undefined where nothing does.
   */
  reference(name: string): unknown;
  /** What another stack exports by a name; undefined where nothing does. */
  imported?(name: string): unknown;
  /** What stands for a function whose arguments do not tell its value; undefined where nothing does. */
  untold?(name: string, argument: unknown): unknown;
}

/** Nothing stands for a value that only a deploy gives, or a mapping has nothing under a key. */
class UnknownUntilDeploy extends Error {}

/** Resolves the intrinsic functions of a template without a deploy. What only a deploy tells is the reader's to say. */
export class TemplateResolver {
  /** @param subject what errors begin with */
  public constructor(
    private readonly template: Template,
    private readonly values: DeployTimeValues,
    private readonly subject = 'the template',
  ) {}

  /**
   * A value without intrinsic functions.
   * @throws where one stands for a value that only a deploy gives
   */
  public resolve(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(item));
    }
    const record = asRecord(value);
    if (record === undefined) {
      return value;
    }
    const [key, argument] = Object.entries(record)[0] ?? [];
    if (Object.keys(record).length === 1 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))) {
      return this.intrinsic(key, argument);
    }
    return Object.fromEntries(Object.entries(record).map(([name, item]) => [name, this.resolve(item)]));
  }

  /** The same, or undefined: what a mapping does not have for this region, a deploy to it would refuse. */
  public resolveIfKnown(value: unknown): unknown {
    try {
      return this.resolve(value);
    } catch (error) {
      if (error instanceof UnknownUntilDeploy) {
        return undefined;
      }
      throw error;
    }
  }

  /** The text of a value; undefined if it is not known, or none. */
  public text(value: unknown): string | undefined {
    const known = this.resolveIfKnown(value);
    return ['string', 'number', 'boolean'].includes(typeof known) ? String(known) : undefined;
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

  private intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.reference(String(argument));
      case 'Fn::GetAtt':
        return this.reference(Array.isArray(argument) ? argument.join('.') : String(argument));
      case 'Fn::Join': {
        const [separator, parts] = this.resolve(argument) as [string, unknown];
        return Array.isArray(parts) ? parts.join(separator) : this.untold(name, [separator, parts]);
      }
      case 'Fn::Sub': {
        const [text, values] = (Array.isArray(argument) ? argument : [argument, {}]) as [
          string,
          Record<string, unknown>,
        ];
        return text.replaceAll(/\$\{([^!}][^}]*)\}/g, (_match, variable: string) =>
          String(variable in values ? this.resolve(values[variable]) : this.reference(variable)),
        );
      }
      case 'Fn::Select': {
        const [index, list] = this.resolve(argument) as [number | string, unknown];
        const selected: unknown = Array.isArray(list) ? list[Number(index)] : undefined;
        return selected ?? this.untold(name, [index, list]);
      }
      case 'Fn::Split': {
        const [separator, text] = this.resolve(argument) as [string, unknown];
        return String(text).split(separator);
      }
      case 'Fn::FindInMap': {
        const [map, first, second] = this.resolve(argument) as [string, string, string];
        return (
          this.template.Mappings?.[map]?.[first]?.[second] ??
          this.values.untold?.(name, [map, first, second]) ??
          refuse(`${this.subject} knows nothing of '${first}' in its mapping ${map}`)
        );
      }
      case 'Fn::ImportValue': {
        const exported = String(this.resolve(argument));
        return (
          this.values.imported?.(exported) ??
          refuse(`${this.subject} imports '${exported}', which no stack of this app exports`)
        );
      }
      case 'Fn::Base64':
        return Buffer.from(String(this.resolve(argument))).toString('base64');
      default:
        return this.untold(name, this.resolve(argument));
    }
  }

  private reference(name: string): unknown {
    return this.values.reference(name) ?? this.untold('Ref', name);
  }

  private untold(name: string, argument: unknown): unknown {
    return (
      this.values.untold?.(name, argument) ??
      refuse(`${this.subject}: ${name} cannot be resolved without a deploy`)
    );
  }
}

function refuse(message: string): never {
  throw new UnknownUntilDeploy(message);
}
