import {
  LambdaClient,
  paginateListFunctions,
  paginateListLayers,
  paginateListLayerVersions,
} from '@aws-sdk/client-lambda';
import type { Finder } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';

/** Lambda functions: nothing while nobody calls them. */
export const functions: Finder = {
  what: 'functions',
  arns: /^lambda:function:[^:]+$/,
  async *find(search) {
    const client = search.client(LambdaClient);
    for await (const page of paginateListFunctions({ client }, {}, search.options)) {
      for (const { FunctionName, FunctionArn, Runtime } of page.Functions ?? []) {
        const name = FunctionName!;
        const own = search.owned.recognise({
          type: 'AWS::Lambda::Function',
          name,
          arn: FunctionArn,
          isNamed: search.names.isGenerated(name),
          removal: [awsCommand(search.region, 'lambda delete-function', { 'function-name': name })],
        });
        if (own) {
          yield {
            type: 'AWS::Lambda::Function',
            name,
            arn: FunctionArn,
            ...own,
            detail: Runtime ?? 'container image',
            cost: FREE,
          };
        }
      }
    }
  },
};

/** Versions of Lambda layers: free. They have no tags, and CloudFormation may name a layer by its logical id alone: then only its stack tells. */
export const layers: Finder = {
  what: 'layers',
  arns: /^lambda:layer:/,
  async *find(search) {
    const client = search.client(LambdaClient);
    const type = 'AWS::Lambda::LayerVersion';
    const held = search.owned.idsOf(type);
    for await (const page of paginateListLayers({ client }, {}, search.options)) {
      for (const { LayerName, LayerArn } of page.Layers ?? []) {
        const name = LayerName!;
        const isNamed = search.names.isGenerated(name);
        if (!isNamed && !held.some((arn) => arn.startsWith(`${LayerArn}:`))) {
          continue;
        }
        const versions = paginateListLayerVersions({ client }, { LayerName: name }, search.options);
        for await (const { LayerVersions = [] } of versions) {
          for (const { Version, LayerVersionArn } of LayerVersions) {
            const removal = awsCommand(search.region, 'lambda delete-layer-version', {
              'layer-name': name,
              'version-number': `${Version}`,
            });
            const own = search.owned.recognise({
              type,
              name,
              arn: LayerVersionArn,
              isNamed,
              removal: [removal],
            });
            if (own) {
              yield { type, name, arn: LayerVersionArn, ...own, detail: `version ${Version}`, cost: FREE };
            }
          }
        }
      }
    }
  },
};
