import {
  LambdaClient,
  paginateListFunctions,
  paginateListLayers,
  paginateListLayerVersions,
} from '@aws-sdk/client-lambda';
import { each, type Finder } from '../finder';
import { awsCommand } from '../removal';

/** Lambda functions: nothing while nobody calls them. */
export const functions: Finder = {
  type: 'AWS::Lambda::Function',
  what: 'functions',
  arns: /^lambda:function:[^:]+$/,
  remove: ['lambda delete-function', 'function-name'],
  async *list({ client, names, options }) {
    const pages = paginateListFunctions({ client: client(LambdaClient) }, {}, options);
    for await (const { FunctionName, FunctionArn: arn, Runtime } of each(
      pages,
      ({ Functions }) => Functions,
    )) {
      const name = FunctionName!;
      yield { name, arn, isNamed: names.isGenerated(name), detail: Runtime ?? 'container image' };
    }
  },
};

/** Versions of Lambda layers: free. They have no tags, and CloudFormation may name a layer by its logical id alone: then only its stack tells. */
export const layers: Finder = {
  type: 'AWS::Lambda::LayerVersion',
  what: 'layers',
  arns: /^lambda:layer:/,
  async *list({ client, names, options, owned, region }) {
    const paging = { client: client(LambdaClient) };
    const held = owned.idsOf('AWS::Lambda::LayerVersion');
    const pages = paginateListLayers(paging, {}, options);
    for await (const { LayerName, LayerArn } of each(pages, ({ Layers }) => Layers)) {
      const name = LayerName!;
      const isNamed = names.isGenerated(name);
      if (!isNamed && !held.some((arn) => arn.startsWith(`${LayerArn}:`))) {
        continue;
      }
      const versions = paginateListLayerVersions(paging, { LayerName: name }, options);
      for await (const { Version, LayerVersionArn: arn } of each(versions, (page) => page.LayerVersions)) {
        const version = { 'layer-name': name, 'version-number': `${Version}`, region };
        const removal = [awsCommand('lambda delete-layer-version', version)];
        yield { name, arn, isNamed, detail: `version ${Version}`, removal };
      }
    }
  },
};
