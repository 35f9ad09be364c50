import { TemplateResolver } from '../aws/template-resolver';
import { PLACEHOLDER_ACCOUNT } from '../names';
import type { AssemblyStack } from './cloud-assembly';

/**
 * Resolves a stack's template as a deploy would, with placeholders for what only a deploy tells: a resource's Ref is its logical id,
 * and an attribute its logical id, a dot and the attribute's name.
 * @param stacks all stacks, for values that one imports from another
 * @param region what `AWS::Region` stands for
 */
export function stackResolver(
  stack: AssemblyStack,
  stacks: readonly AssemblyStack[],
  region: string,
): TemplateResolver {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': PLACEHOLDER_ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.name,
  };
  return new TemplateResolver(
    stack.template,
    {
      reference: (name) => {
        const parameter = stack.template.Parameters?.[name];
        return parameter?.Type?.startsWith('AWS::SSM::Parameter::Value')
          ? ssmParameter(String(parameter.Default), stacks, region)
          : (pseudo[name] ?? parameter?.Default ?? name);
      },
      imported: (name) => exported(name, stacks, region),
    },
    `stack ${stack.name}`,
  );
}

function exported(name: string, stacks: readonly AssemblyStack[], region: string): unknown {
  for (const stack of stacks) {
    const resolver = stackResolver(stack, stacks, region);
    for (const output of Object.values(stack.template.Outputs ?? {})) {
      if (output.Export && resolver.resolve(output.Export.Name) === name) {
        return resolver.resolve(output.Value);
      }
    }
  }
  return undefined;
}

function ssmParameter(name: string, stacks: readonly AssemblyStack[], region: string): unknown {
  for (const stack of stacks) {
    for (const { Type, Properties } of Object.values(stack.template.Resources ?? {})) {
      if (Type === 'AWS::SSM::Parameter' && Properties?.Name === name) {
        return stackResolver(stack, stacks, region).resolve(Properties.Value);
      }
    }
  }
  return name;
}
