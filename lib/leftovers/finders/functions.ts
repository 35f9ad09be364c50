import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
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
