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
  async *list(search) {
    const client = search.client(EventBridgeClient);
    let NextToken: string | undefined;
    do {
      const page: ListRulesResponse = await client.send(new ListRulesCommand({ NextToken }), search.options);
      for (const { Name, Arn: arn, State } of page.Rules ?? []) {
        const name = Name!;
        const describe = async () => ({ removal: await removalOf(name, search) });
        yield { name, arn, isNamed: search.names.isGenerated(name), detail: `${State}`, describe };
      }
      NextToken = page.NextToken;
    } while (NextToken);
  },
};

/** A rule goes only without its targets, which at most five are. */
async function removalOf(name: string, search: Search): Promise<string[]> {
  const listed = await search.see(`targets of the event rule ${name}`, () =>
    search.client(EventBridgeClient).send(new ListTargetsByRuleCommand({ Rule: name }), search.options),
  );
  const ids = (listed?.Targets ?? []).map(({ Id }) => Id!);
  const detach = `${awsCommand(search.region, 'events remove-targets', { rule: name })} --ids ${ids.join(' ')}`;
  return [...(ids.length > 0 ? [detach] : []), awsCommand(search.region, 'events delete-rule', { name })];
}
