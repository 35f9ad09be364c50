import { retry } from './retry';
import type { Services } from './services';

/** CloudFormation's limit for an answer of a custom resource, in bytes of the body; signals are kept within it too. */
const MAX_BODY_BYTES = 4096;
/** How long a URL may keep refusing, and one attempt may take, in milliseconds. */
const PATIENCE = 60_000;
const ATTEMPT_TIMEOUT = 10_000;

/**
 * PUTs a JSON document to a presigned URL of CloudFormation, again after a refusal: one that was signed a moment ago may
 * not be honoured yet.
 *
 * @throws Error that does not hold the URL, which is a secret
 */
export async function putJson(
  url: string,
  body: string,
  services: Pick<Services, 'fetch' | 'clock'>,
): Promise<void> {
  const { clock } = services;
  await retry(() => putOnce(url, body, services.fetch), {
    clock,
    until: clock.now() + PATIENCE,
    retryable: () => true,
  });
}

async function putOnce(url: string, body: string, fetcher: typeof fetch): Promise<void> {
  const failure = await fetcher(url, {
    method: 'PUT',
    // Bytes, since fetch gives text a Content-Type, and the signature is for none.
    body: Buffer.from(body),
    signal: AbortSignal.timeout(ATTEMPT_TIMEOUT),
  }).then(
    (response) => (response.ok ? undefined : `answered ${response.status}`),
    // Not the error's message: it may quote the URL.
    (error) => `could not be reached (${error.cause?.code ?? error.name})`,
  );
  if (failure) {
    throw new Error(`CloudFormation's URL ${failure}`);
  }
}

/** A document with a reason, as JSON within CloudFormation's limit: what is too long is cut out of the text, never of its end. */
export function jsonWithReason(document: object, text: string, end = ''): string {
  for (let length = text.length; ; length = Math.floor(length * 0.95) - 1) {
    // A pair of surrogates is not cut in two.
    const cut =
      length < text.length ? `${text.slice(0, Math.max(length, 0)).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
    const json = JSON.stringify({ ...document, Reason: cut + end });
    if (Buffer.byteLength(json) <= MAX_BODY_BYTES || length <= 0) {
      return json;
    }
  }
}
