import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type ListRulesResponse,
} from '@aws-sdk/client-eventbridge';
import { isGone } from '../failure';
import type { Finder, Search } from '../finder';
import { FREE } from '../leftover';
import { awsCommand } from '../removal';

/** Rules of the default event bus: free for events of AWS's own services. */
export const rules: Finder = {
  what: 'event rules',
  // A rule of another bus has the bus's name in its ARN.
  arns: /^events:rule\/[^/]+$/,
  async *find(search) {
    const client = search.client(EventBridgeClient);
    let NextToken: string | undefined;
    do {
      const page: ListRulesResponse = await client.send(new ListRulesCommand({ NextToken }), search.options);
      for (const { Name, Arn, State } of page.Rules ?? []) {
        const name = Name!;
        const own = search.owned.recognise({
          type: 'AWS::Events::Rule',
          name,
          arn: Arn,
          isNamed: search.names.isGenerated(name),
          removal: [],
        });
        if (own) {
          const removal = own.removal.length > 0 ? own.removal : await removalOf(name, search);
          yield {
            type: 'AWS::Events::Rule',
            name,
            arn: Arn,
            ...own,
            detail: `${State}`,
            cost: FREE,
            removal,
          };
        }
      }
      NextToken = page.NextToken;
    } while (NextToken);
  },
};

/** A rule goes only without its targets, which at most five are. */
async function removalOf(name: string, search: Search): Promise<string[]> {
  const ids: string[] = [];
  try {
    const { Targets = [] } = await search
      .client(EventBridgeClient)
      .send(new ListTargetsByRuleCommand({ Rule: name }), search.options);
    ids.push(...Targets.map(({ Id }) => Id!));
  } catch (error) {
    if (!isGone(error)) {
      search.cannotSee(`targets of the event rule ${name}`, error);
    }
  }
  const detach = `${awsCommand(search.region, 'events remove-targets', { rule: name })} --ids ${ids.join(' ')}`;
  return [...(ids.length > 0 ? [detach] : []), awsCommand(search.region, 'events delete-rule', { name })];
}
