import type { Template } from '../aws/template';
import { TemplateResolver } from '../aws/template-resolver';

/**
 * Reads the values of a template that are known before a deploy; nothing stands for the others.
 * @param region what `AWS::Region` stands for
 */
export function knownValues(template: Template, region: string): TemplateResolver {
  return new TemplateResolver(template, {
    reference: (name) => {
      if (name === 'AWS::Region') {
        return region;
      }
      const parameter = template.Parameters?.[name];
      // The default of an AWS::SSM::Parameter::Value<…> is the name of a parameter, not its value.
      const isPlain = parameter?.Type === 'String' || parameter?.Type === 'Number';
      return isPlain ? parameter.Default : undefined;
    },
  });
}
