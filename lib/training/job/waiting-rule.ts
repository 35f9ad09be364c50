import { DisableRuleCommand, EnableRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { isNotFound, unless } from './api-errors';
import type { Services } from './services';

/** Lets the rule call the function, at the job's end and by its schedule: from when the stack waits on. */
export async function enableRule(Name: string, { events }: Services): Promise<void> {
  await events.send(new EnableRuleCommand({ Name }));
}

/**
 * Ends the rule's calls, as its template has it: the stack waits no more. An event may come again, or late, when the stack waits for
 * another job by the same rule, which that one needs.
 *
 * @param handle of the wait that is over
 */
export async function disableRule(Name: string, handle: string, { events }: Services): Promise<void> {
  const listed = events.send(new ListTargetsByRuleCommand({ Rule: Name }));
  const { Targets = [] } = (await unless(isNotFound, listed)) ?? {};
  if (Targets.every(({ InputTransformer }) => InputTransformer?.InputTemplate?.includes(handle))) {
    await unless(isNotFound, events.send(new DisableRuleCommand({ Name })));
  }
}
