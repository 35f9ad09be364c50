import type { AssemblyStack } from '../../assembly/cloud-assembly';
import type { Template } from '../../aws/template';
import { TemplateResolver } from '../../aws/template-resolver';
import { logicalIds, resourceName, type StackPair } from './stack-pair';

/** The stacks with templates for a person: each reference to a resource is the resource's name. */
export function readablePairs(pairs: readonly StackPair[]): StackPair[] {
  const exports = new Map(pairs.flatMap(exportedNames));
  return pairs.map((pair) => {
    const side = (stack: AssemblyStack | undefined) =>
      stack && { ...stack, template: readableTemplate(stack.template, pair, exports) };
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

function readableTemplate(
  template: Template,
  pair: StackPair,
  exports: ReadonlyMap<string, unknown>,
): Template {
  const resolver = namingResolver(template, pair, exports);
  return {
    ...template,
    Resources: Object.fromEntries(
      Object.entries(template.Resources ?? {}).map(([id, { Properties, ...resource }]) => [
        id,
        { ...resource, ...(Properties && { Properties: resolver.resolve(Properties) as typeof Properties }) },
      ]),
    ),
  };
}

/** What the stack of a pair exports, by name. */
function exportedNames(pair: StackPair): [string, unknown][] {
  return [pair.before, pair.after].flatMap((stack) =>
    Object.values(stack?.template.Outputs ?? {}).flatMap(({ Value, Export }): [string, unknown][] =>
      stack && typeof Export?.Name === 'string'
        ? [[Export.Name, namingResolver(stack.template, pair, new Map()).resolve(Value)]]
        : [],
    ),
  );
}

/** What only a deploy tells stands there as `${…}`. */
function namingResolver(
  template: Template,
  pair: StackPair,
  exports: ReadonlyMap<string, unknown>,
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
      if (name === 'Fn::FindInMap') {
        const [map, , key] = argument as string[];
        return `\${${map}.${key}}`;
      }
      // A part of a text of which nothing is known but its reference.
      return name === 'Fn::Select'
        ? String((argument as unknown[])[1])
        : JSON.stringify({ [name]: argument });
    },
  });
}
