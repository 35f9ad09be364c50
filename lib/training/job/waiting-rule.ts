import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { isNotFound, isPassing } from './api-errors';
import { PATIENCE, retry } from './retry';
import type { Services } from './services';

/** Lets the rule call the function, at the job's end and by its schedule: from when the stack waits on. */
export async function enableRule(Name: string, services: Services, until: number): Promise<void> {
  await repeated(services, until, () => services.events.send(new EnableRuleCommand({ Name })));
}

/** Ends the rule's calls, as its template has it: the stack waits no more. */
export async function disableRule(Name: string, services: Services, until: number): Promise<void> {
  try {
    await repeated(services, until, () => services.events.send(new DisableRuleCommand({ Name })));
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

function repeated({ clock }: Services, until: number, send: () => Promise<unknown>): Promise<unknown> {
  return retry(send, { clock, until: Math.min(clock.now() + PATIENCE, until), retryable: isPassing });
}
