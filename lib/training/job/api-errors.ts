// What SageMaker and CloudWatch Logs mean by an error. Their codes alone do not say: a missing job is a ValidationException.
import { isDenied, type SdkError } from '../../aws/sdk-error';

const name = (error: unknown): string => (error as SdkError)?.name ?? '';
const message = (error: unknown): string => (error as SdkError)?.message ?? '';
const status = (error: unknown): number | undefined => (error as SdkError)?.$metadata?.httpStatusCode;

/** The same call may succeed in a moment: it was throttled, had no answer, or came before AWS knew the function's role everywhere. */
export function isPassing(error: unknown): boolean {
  return isTransient(error) || isAccessNotYetGranted(error);
}

/** Too many calls: of the account, or of the region. */
export function isThrottled(error: unknown): boolean {
  return /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(name(error)) || status(error) === 429;
}

/** Throttled, the service's own fault, or no answer at all. */
export function isTransient(error: unknown): boolean {
  return (
    isThrottled(error) ||
    /ServiceUnavailable|InternalFailure|InternalServer|TimeoutError/.test(name(error)) ||
    ((status(error) ?? 0) >= 500 && !isUnsupported(error)) ||
    /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)/.test((error as SdkError)?.code ?? '')
  );
}

/** There is no such job, stream or group. */
export function isNotFound(error: unknown): boolean {
  return (
    /^ResourceNotFound(Exception)?$/.test(name(error)) ||
    (name(error) === 'ValidationException' && /not found|could not find|does not exist/i.test(message(error)))
  );
}

/** There is a job of this name already. */
export function isNameTaken(error: unknown): boolean {
  return (
    name(error) === 'ResourceInUse' ||
    (isInvalid(error) && /already exists|must be unique/i.test(message(error)))
  );
}

/** The request does not fit the job's state, among much else. */
export function isInvalid(error: unknown): boolean {
  return name(error) === 'ValidationException';
}

/** The job has not settled yet: it cannot be deleted now. */
export function isInUse(error: unknown): boolean {
  return /^ResourceInUse(Exception)?$/.test(name(error)) || isInvalid(error);
}

/** A quota of the account is used up. */
export function isQuotaExceeded(error: unknown): boolean {
  return name(error) === 'ResourceLimitExceeded';
}

/**
 * A role or policy that was made a moment ago is not known everywhere in AWS yet. The role that SageMaker cannot assume
 * or that cannot read its bucket comes as a ValidationException; the function's own policy, as an AccessDeniedException.
 */
function isAccessNotYetGranted(error: unknown): boolean {
  return (
    isDenied(error) ||
    (isInvalid(error) && /assume role|AssumeRole|cannot assume|ensure that the role/i.test(message(error)))
  );
}

/** The service has no such operation (an in-memory AWS, or a region that is behind). */
export function isUnsupported(error: unknown): boolean {
  return (
    /^(UnknownOperation|InvalidAction|NotImplemented|UnsupportedOperation)/.test(name(error)) ||
    status(error) === 501
  );
}

/** What a call answers; undefined where it fails by an error of a kind that leaves nothing to do. */
export async function unless<T>(
  nothingToDo: (error: unknown) => boolean,
  call: Promise<T>,
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (nothingToDo(error)) {
      return undefined;
    }
    throw error;
  }
}
