import { UserError } from '../../console/user-error';

/** One call of a model: the bytes that the container reads and the types it is told. */
export interface PredictionRequest {
  readonly body: Uint8Array;
  /** MIME type of the body. */
  readonly contentType: string;
  /** MIME type wanted back. */
  readonly accept: string;
}

/** What the container answered. */
export interface PredictionResponse {
  readonly body: Uint8Array;
  /** MIME type, as the container said it. */
  readonly contentType: string | undefined;
}

/** Something that answers predictions by SageMaker's serving contract: an endpoint, or a server on this machine. */
export interface Predictor {
  /** What is asked, for messages: "endpoint unet" or a URL. */
  readonly target: string;
  /**
   * Sends one request, once.
   * @throws PredictionError where no prediction came back; the signal's reason where it was aborted.
   */
  predict(request: PredictionRequest, signal: AbortSignal): Promise<PredictionResponse>;
}

/**
 * Whether the same request may succeed later. `briefly`: a connection that failed, a fault inside the service.
 * `patiently`: throttled, or a model that is still being loaded.
 */
export type RetryAdvice = 'never' | 'briefly' | 'patiently';

/** A request that brought no prediction. */
export class PredictionError extends UserError {
  override readonly name = 'PredictionError';

  /** @param affectsAll whether every other request would fail in the same way, so that none needs to be sent. */
  constructor(
    message: string,
    readonly retry: RetryAdvice = 'never',
    readonly affectsAll = false,
  ) {
    super(message);
  }
}

/** The container's own words: `{"error": …}` unwrapped as TensorFlow Serving writes it, anything else as it is. */
export function containerMessage(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (parsed !== null && typeof parsed === 'object' && 'error' in parsed) {
      return typeof parsed.error === 'string' ? parsed.error : JSON.stringify(parsed.error);
    }
  } catch {
    // Not JSON: an error page, or plain text.
  }
  return body.trim() || 'no message';
}
