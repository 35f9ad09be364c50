import type { Mail } from '../aws/mail';

/** "2 hours", "1 day": a span of whole minutes. */
export function spanInWords(seconds: number): string {
  const [unit, length] =
    seconds % 86_400 === 0 ? ['day', 86_400] : seconds % 3600 === 0 ? ['hour', 3600] : ['minute', 60];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** What is told before an idle endpoint's stack is deleted. */
export function deletionMail(endpointName: string, stackName: string, idleTimeoutSeconds: number): Mail {
  return {
    subject: `Endpoint ${endpointName} is idle and being deleted`,
    text:
      `The endpoint ${endpointName} had no invocation for ${spanInWords(idleTimeoutSeconds)}. ` +
      `Its stack ${stackName} is being deleted now; the trained model and the data stay. ` +
      `'npx cdk deploy ${stackName}' brings it back without training.`,
  };
}

/** What is told when an idle endpoint's stack cannot be deleted. */
export function obstacleMail(
  endpointName: string,
  stackName: string,
  idleTimeoutSeconds: number,
  reason: string,
): Mail {
  return {
    subject: `Endpoint ${endpointName} is idle and still costs`,
    text:
      `The endpoint ${endpointName} had no invocation for ${spanInWords(idleTimeoutSeconds)}, ` +
      `but its stack ${stackName} stays: ${reason}. It costs until a person deletes it: 'npx cdk destroy ${stackName}'.`,
  };
}
