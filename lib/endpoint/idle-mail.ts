import type { Mail } from '../aws/mail';

/** "2 hours", "1 day": a span of whole minutes. */
export function spanInWords(seconds: number): string {
  const [unit, length] =
    seconds % 86_400 === 0 ? ['day', 86_400] : seconds % 3600 === 0 ? ['hour', 3600] : ['minute', 60];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** What is told of an idle endpoint: before its stack is deleted, or, with the reason, that it cannot be. */
export function idleMail(
  endpointName: string,
  stackName: string,
  idleTimeoutSeconds: number,
  obstacle?: string,
): Mail {
  const idle = `The endpoint ${endpointName} had no invocation for ${spanInWords(idleTimeoutSeconds)}`;
  return obstacle === undefined
    ? {
        subject: `Endpoint ${endpointName} is idle and being deleted`,
        text:
          `${idle}. Its stack ${stackName} is being deleted now; the trained model and the data stay. ` +
          `'npx cdk deploy ${stackName}' brings it back without training.`,
      }
    : {
        subject: `Endpoint ${endpointName} is idle and still costs`,
        text:
          `${idle}, but its stack ${stackName} stays: ${obstacle}. ` +
          `It costs until a person deletes it: 'npx cdk destroy ${stackName}'.`,
      };
}
