/**
 * What keeps every call from AWS, whatever it asks. `region`: none is configured; `absent`: no credentials are found;
 * `expired`: they were good once; `rejected`: AWS does not know them.
 */
export interface AccessProblem {
  readonly kind: 'region' | 'absent' | 'expired' | 'rejected';
  /** A phrase with the SDK's own words and the way out. */
  readonly message: string;
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);
const REJECTED = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationTokenException',
]);
/** The SDK's own, from the search for credentials. That of single sign-on says by its text alone that a session has expired. */
const NOT_PROVIDED = new Set(['CredentialsProviderError', 'TokenProviderError']);

/** What an error of an AWS client says about the credentials and the region; undefined when it is about something else. */
export function accessProblem(error: unknown): AccessProblem | undefined {
  const { name, message } = error as Error;
  if (message === 'Region is missing') {
    return { kind: 'region', message: 'no AWS region: set AWS_REGION, or the region of the profile in use' };
  }
  if (EXPIRED.has(name) || (NOT_PROVIDED.has(name) && /expired/i.test(message))) {
    return { kind: 'expired', message: `the AWS credentials have expired (${message}): sign in again` };
  }
  if (NOT_PROVIDED.has(name)) {
    return {
      kind: 'absent',
      message: `no AWS credentials (${message}): sign in (aws sso login, aws configure), set AWS_PROFILE`,
    };
  }
  if (REJECTED.has(name)) {
    return {
      kind: 'rejected',
      message: `AWS does not accept the credentials (${message}): check AWS_PROFILE, or sign in again`,
    };
  }
  return undefined;
}
