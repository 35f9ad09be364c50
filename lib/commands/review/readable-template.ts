import type { AssemblyStack } from '../../assembly/cloud-assembly';
import type { Template } from '../../aws/template';
import { TemplateResolver } from '../../aws/template-resolver';
import { logicalIds, resourceName, type StackPair } from './stack-pair';

/** The stacks with templates for a person: each reference to a resource is the resource's name. */
export function readablePairs(pairs: readonly StackPair[]): StackPair[] {
  const exports = new Map<unknown, unknown>();
  for (const pair of pairs) {
    for (const { template } of [pair.before, pair.after].filter((stack) => stack !== undefined)) {
      for (const { Value, Export } of Object.values(template.Outputs ?? {})) {
        exports.set(Export?.Name, namingResolver(template, pair, exports).resolve(Value));
      }
    }
  }
  return pairs.map((pair) => {
    const side = (stack: AssemblyStack | undefined) => {
      const { Resources = {} } = stack?.template ?? {};
      const named = stack && namingResolver(stack.template, pair, exports).resolve(Resources);
      return stack && { ...stack, template: { ...stack.template, Resources: named as typeof Resources } };
    };
    return { name: pair.name, before: side(pair.before), after: side(pair.after) };
  });
}

/** A text of the CDK's diff, which writes the resource that a property belongs to as `${LogicalId}` or `${LogicalId.Arn}`. */
export function readable(pair: StackPair, text: string): string {
  const ids = new Set(logicalIds(pair));
  return text.replaceAll(/\$\{(\w+)(?:\.\w+)?\}/g, (whole, id: string) =>
    ids.has(id) ? resourceName(pair, id) : whole,
  );
}

/** What only a deploy tells stands there as `${…}`. */
function namingResolver(
  template: Template,
  pair: StackPair,
  exports: ReadonlyMap<unknown, unknown>,
): TemplateResolver {
  const ids = new Set(logicalIds(pair));
  return new TemplateResolver(template, {
    reference: (name) => {
      if (name === 'AWS::NoValue') {
        // The CDK's diff leaves out what has it.
        return { Ref: name };
      }
      const [id = ''] = name.split('.');
      const parameter = template.Parameters?.[name];
      return ids.has(id)
        ? resourceName(pair, id)
        : `\${${parameter?.Type?.startsWith('AWS::SSM::Parameter::') ? String(parameter.Default) : name}}`;
    },
    imported: (name) => exports.get(name) ?? name,
    untold: (name, argument) => {
      const [first, second, third] = argument as unknown[];
      switch (name) {
        case 'Fn::FindInMap':
          return `\${${first as string}.${third as string}}`;
        case 'Fn::Select':
          // A part of a text of which nothing is known but its reference.
          return String(second);
        default:
          return JSON.stringify({ [name]: argument });
      }
    },
  });
}
