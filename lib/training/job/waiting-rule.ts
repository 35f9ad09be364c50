import { DisableRuleCommand, EnableRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { isNotFound } from './api-errors';
import { repeated } from './retry';
import type { Services } from './services';

/** Lets the rule call the function, at the job's end and by its schedule: from when the stack waits on. */
export async function enableRule(Name: string, services: Services): Promise<void> {
  await repeated(services, () => services.events.send(new EnableRuleCommand({ Name })));
}

/**
 * Ends the rule's calls, as its template has it: the stack waits no more. An event may come again, or late, when the stack waits for
 * another job by the same rule, which that one needs.
 *
 * @param handle of the wait that is over
 */
export async function disableRule(Name: string, handle: string, services: Services): Promise<void> {
  const { events } = services;
  try {
    const { Targets = [] } = await repeated(services, () =>
      events.send(new ListTargetsByRuleCommand({ Rule: Name })),
    );
    if (Targets.every(({ InputTransformer }) => InputTransformer?.InputTemplate?.includes(handle))) {
      await repeated(services, () => events.send(new DisableRuleCommand({ Name })));
    }
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}
