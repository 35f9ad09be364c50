import { UserError } from '../../console/user-error';

/** Largest request of a real-time endpoint, in bytes: `BodyBlob` in the service model of sagemaker-runtime. */
export const REALTIME_PAYLOAD_LIMIT = 6 * 1024 * 1024;

/** Largest request and response of a serverless endpoint, in bytes: "4 MB" in the developer guide, counted as the service model counts. */
export const SERVERLESS_PAYLOAD_LIMIT = 4 * 1024 * 1024;

/** Fails before anything is sent that the endpoint would refuse. */
export function checkPayload(bytes: number, limit: number | undefined): void {
  if (limit !== undefined && bytes > limit) {
    throw new UserError(
      `the request has ${describeBytes(bytes)}, the endpoint takes at most ${describeBytes(limit)}: ` +
        'send a smaller image or fewer instances, or use asynchronous inference (up to 1 GB) or a batch transform job',
    );
  }
}

/** "4,194,304 bytes (4.00 MB)"; MB as AWS counts them, 1024 × 1024. */
function describeBytes(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} bytes (${(bytes / 1024 / 1024).toFixed(2)} MB)`;
}
