import { accessProblem } from '../../aws/access-problem';
import type { SdkError } from '../../aws/sdk-error';

/** An error in one line, in AWS's or the network's own words; with the way out where it is about the credentials. */
export function failureReason(error: unknown): string {
  // A host with several addresses fails once for each of them.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return failureReason(error.errors[0]);
  }
  const problem = accessProblem(error);
  if (problem !== undefined) {
    return problem.message;
  }
  const { name = 'Error', message, code } = error as SdkError;
  const text = (message || code || 'no reason given').replace(/\s+/g, ' ').trim();
  return name === 'Error' || text.startsWith(name) ? text : `${name}: ${text}`;
}

/** What was asked for does not exist, such as for having gone since it was listed: that is no failure. */
export function isGone(error: unknown): boolean {
  const { name = '', message = '' } = error as SdkError;
  return (
    /NotFound|NoSuchBucket/.test(name) ||
    (name === 'ValidationException' && /not found|could not find/i.test(message))
  );
}
