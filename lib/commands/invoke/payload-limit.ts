import { UserError } from '../../console/user-error';
import { ASYNC_PAYLOAD_LIMIT, REALTIME_PAYLOAD_LIMIT, SERVERLESS_PAYLOAD_LIMIT } from '../../names';

/** Largest request in bytes of an endpoint as it is declared; without one, of a real-time endpoint. */
export function payloadLimit(
  endpoint: { readonly serverless: boolean; readonly asynchronous: boolean } | undefined,
): number {
  if (endpoint?.asynchronous) {
    return ASYNC_PAYLOAD_LIMIT;
  }
  return endpoint?.serverless ? SERVERLESS_PAYLOAD_LIMIT : REALTIME_PAYLOAD_LIMIT;
}

/** Fails before anything is sent that the endpoint would refuse. */
export function checkPayload(bytes: number, limit: number | undefined): void {
  if (limit !== undefined && bytes > limit) {
    throw new UserError(
      `the request has ${describeBytes(bytes)}, the endpoint takes at most ${describeBytes(limit)}: ` +
        `send a smaller image or fewer instances, or use asynchronous inference (up to ${ASYNC_PAYLOAD_LIMIT / 1024 ** 3} GB) or a batch transform job`,
    );
  }
}

/** "4,194,304 bytes (4.00 MB)"; MB as AWS counts them, 1024 × 1024. */
function describeBytes(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} bytes (${(bytes / 1024 / 1024).toFixed(2)} MB)`;
}
