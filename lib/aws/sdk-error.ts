/** What is read of the errors of AWS's clients; Node's own carry a code instead of metadata. */
export interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether the credentials are good, but not for this call. Services call it AccessDenied or AccessDeniedException. */
export function isDenied(error: unknown): boolean {
  return /^AccessDenied/.test((error as SdkError)?.name ?? '');
}
