import type { AssemblyStack, Template } from './cloud-assembly';

/** What stands for the account where none is known. */
export const PLACEHOLDER_ACCOUNT = '000000000000';

/** A mapping has nothing under a key: CloudFormation would refuse the template. */
class NotMapped extends Error {}

/**
 * Resolves the intrinsic functions of a stack's template as a deploy would, with what is known without one:
 * a resource's Ref is its logical id, and an attribute its logical id, a dot and the attribute's name.
 */
export class TemplateResolver {
  private readonly template: Template;

  /**
   * @param stacks all stacks, for values that one imports from another
   * @param region what `AWS::Region` stands for
   */
  public constructor(
    private readonly stack: AssemblyStack,
    private readonly stacks: readonly AssemblyStack[],
    private readonly region: string,
  ) {
    this.template = stack.template;
  }

  /** A value without intrinsic functions. */
  public resolve(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(item));
    }
    if (value === null || typeof value !== 'object') {
      return value;
    }
    const entries = Object.entries(value);
    const [key, argument] = entries[0] ?? [];
    if (entries.length === 1 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))) {
      return this.intrinsic(key, argument);
    }
    return Object.fromEntries(entries.map(([name, item]) => [name, this.resolve(item)]));
  }

  /** The same, or undefined for what a mapping does not have for this region: a deploy to it would be refused. */
  public resolveIfMapped(value: unknown): unknown {
    try {
      return this.resolve(value);
    } catch (error) {
      if (error instanceof NotMapped) {
        return undefined;
      }
      throw error;
    }
  }

  private intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.reference(String(argument));
      case 'Fn::GetAtt':
        return Array.isArray(argument) ? argument.join('.') : String(argument);
      case 'Fn::Join': {
        const [separator, parts] = this.resolve(argument) as [string, unknown[]];
        return parts.join(separator);
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
        const [index, list] = this.resolve(argument) as [number | string, unknown[]];
        return list[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = this.resolve(argument) as [string, string];
        return text.split(separator);
      }
      case 'Fn::FindInMap': {
        const [map, first, second] = this.resolve(argument) as [string, string, string];
        const found = this.template.Mappings?.[map]?.[first]?.[second];
        if (found === undefined) {
          throw new NotMapped(`stack ${this.stack.name} knows nothing of '${first}' in its mapping ${map}`);
        }
        return found;
      }
      case 'Fn::ImportValue':
        return this.imported(String(this.resolve(argument)));
      case 'Fn::Base64':
        return Buffer.from(String(this.resolve(argument))).toString('base64');
      default:
        throw new Error(`stack ${this.stack.name}: ${name} cannot be resolved without a deploy`);
    }
  }

  private reference(name: string): unknown {
    const pseudo: Record<string, string> = {
      'AWS::Region': this.region,
      'AWS::AccountId': PLACEHOLDER_ACCOUNT,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.stack.name,
    };
    if (name in pseudo) {
      return pseudo[name];
    }
    const parameter = this.template.Parameters?.[name];
    if (parameter) {
      return parameter.Type?.startsWith('AWS::SSM::Parameter::Value')
        ? this.ssmParameter(String(parameter.Default))
        : parameter.Default;
    }
    return name;
  }

  private imported(name: string): unknown {
    for (const stack of this.stacks) {
      const resolver = new TemplateResolver(stack, this.stacks, this.region);
      for (const output of Object.values(stack.template.Outputs ?? {})) {
        if (output.Export && resolver.resolve(output.Export.Name) === name) {
          return resolver.resolve(output.Value);
        }
      }
    }
    throw new Error(`stack ${this.stack.name} imports '${name}', which no stack of this app exports`);
  }

  private ssmParameter(name: string): unknown {
    for (const stack of this.stacks) {
      for (const resource of Object.values(stack.template.Resources ?? {})) {
        if (resource.Type === 'AWS::SSM::Parameter' && resource.Properties?.Name === name) {
          return new TemplateResolver(stack, this.stacks, this.region).resolve(resource.Properties.Value);
        }
      }
    }
    return name;
  }
}
