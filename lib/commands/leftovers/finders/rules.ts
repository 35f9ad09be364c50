import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type ListRulesResponse,
} from '@aws-sdk/client-eventbridge';
import type { Finder, Search } from '../finder';
import { awsCommand } from '../removal';

/** Rules of the default event bus: free for events of AWS's own services. */
export const rules: Finder = {
  type: 'AWS::Events::Rule',
  what: 'event rules',
  // A rule of another bus has the bus's name in its ARN.
  arns: /^events:rule\/[^/]+$/,
  remove: ['events delete-rule', 'name'],
  async *list(search) {
    const client = search.client(EventBridgeClient);
    let NextToken: string | undefined;
    do {
      const page: ListRulesResponse = await client.send(new ListRulesCommand({ NextToken }), search.options);
      for (const { Name, Arn: arn, State } of page.Rules ?? []) {
        const name = Name!;
        const isNamed = search.names.isGenerated(name);
        yield { name, arn, isNamed, detail: `${State}`, describe: () => describe(name, search) };
      }
      NextToken = page.NextToken;
    } while (NextToken);
  },
};

/** A rule goes only without its targets, which at most five are. */
async function describe(name: string, { client, options, region }: Search) {
  const request = new ListTargetsByRuleCommand({ Rule: name });
  const { Targets = [] } = await client(EventBridgeClient).send(request, options);
  const ids = Targets.map(({ Id }) => Id).join(' ');
  const detach = `${awsCommand('events remove-targets', { rule: name, region })} --ids ${ids}`;
  const remove = awsCommand('events delete-rule', { name, region });
  return { removal: ids ? [detach, remove] : [remove] };
}
