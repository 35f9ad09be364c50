import { accessProblem } from '../../aws/access-problem';
import { isDenied, type SdkError } from '../../aws/sdk-error';
import { UserError } from '../../console/user-error';
import { isTransient } from '../../training/job/api-errors';

/**
 * What may pass. `credentials`: until the person signs in; `network`: until there is one; `service`: throttled, or the
 * service's own fault.
 */
export interface CallFailure {
  readonly kind: 'credentials' | 'network' | 'service';
  /** A phrase for the person. */
  readonly message: string;
}

/** What a failed call means for a watch; undefined for an error that no waiting mends. */
export function callFailure(error: unknown): CallFailure | undefined {
  const access = accessProblem(error);
  if (access) {
    return access.kind === 'region' ? undefined : { kind: 'credentials', message: access.message };
  }
  const { name, message, code, $metadata } = error as Error & SdkError;
  if ($metadata?.httpStatusCode === undefined && (isNetworkCode(code) || name === 'TimeoutError')) {
    return {
      kind: 'network',
      message: `AWS cannot be reached (${message || String(code)}): check the network, AWS_REGION and AWS_ENDPOINT_URL`,
    };
  }
  return isTransient(error)
    ? { kind: 'service', message: `AWS does not answer now (${name}: ${message})` }
    : undefined;
}

/**
 * Calls AWS; what the person has to mend comes as a UserError.
 * @param denied what the credentials may not do, and what would let them, where they are good but not for this
 */
export async function explained<T>(
  call: () => Promise<T>,
  denied: { readonly deed: string; readonly permissions: string },
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const message =
      accessProblem(error)?.message ??
      callFailure(error)?.message ??
      (isDenied(error)
        ? `these AWS credentials may not ${denied.deed} (${(error as Error).message}): allow ${denied.permissions}`
        : undefined);
    throw message === undefined ? error : new UserError(message, { cause: error });
  }
}

/** ECONNREFUSED, ENOTFOUND, ENETUNREACH and such: the system's own. Node's begin with ERR_ and tell of a fault in a program. */
function isNetworkCode(code: unknown): boolean {
  return typeof code === 'string' && /^E[A-Z]/.test(code) && !code.startsWith('ERR_');
}
