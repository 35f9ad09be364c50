import { UserError } from '../../console/user-error';
import {
  containerMessage,
  PredictionError,
  type PredictionRequest,
  type PredictionResponse,
  type Predictor,
} from './predictor';

/** The longest that SageMaker lets a container think about one request. */
const TIMEOUT_MS = 60_000;

/** A server that speaks the serving contract over plain HTTP: the local run's, or a container's. */
export class UrlPredictor implements Predictor {
  public readonly target: string;

  /**
   * @param url the server's address, with or without `/invocations`
   * @throws UserError where it is none
   */
  constructor(url: string) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new UserError(`"${url}" is not a URL: write it like http://127.0.0.1:8080`);
    }
    this.target = `${url.replace(/\/+$/, '').replace(/\/invocations$/, '')}/invocations`;
  }

  public async predict(request: PredictionRequest, signal: AbortSignal): Promise<PredictionResponse> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(this.target, {
        method: 'POST',
        headers: { 'Content-Type': request.contentType, Accept: request.accept },
        body: request.body,
        signal: AbortSignal.any([signal, timeout]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (!response.ok) {
        throw this.refusal(response.status, new TextDecoder().decode(body));
      }
      return { body, contentType: response.headers.get('content-type') ?? undefined };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PredictionError) {
        throw error;
      }
      if (timeout.aborted) {
        throw new PredictionError(`${this.target} did not answer within ${TIMEOUT_MS / 1000} s`);
      }
      const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
      throw this.connectionFailure(cause?.code, cause?.message || (error as Error).message);
    }
  }

  private refusal(status: number, body: string): PredictionError {
    const busy = status === 429 || status === 503;
    return new PredictionError(
      `${this.target} answered ${status}: ${containerMessage(body)}`,
      busy ? 'patiently' : 'never',
    );
  }

  private connectionFailure(code: string | undefined, message: string): PredictionError {
    if (code === 'ECONNREFUSED') {
      return new PredictionError(
        `nothing listens at ${this.target}: start a server with "npm run local -- --serve", or mend --url`,
        'briefly',
        true,
      );
    }
    const unknownHost = code === 'ENOTFOUND';
    return new PredictionError(`${this.target}: ${message}`, unknownHost ? 'never' : 'briefly', unknownHost);
  }
}
