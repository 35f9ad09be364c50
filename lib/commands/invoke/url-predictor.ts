import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { buffer } from 'node:stream/consumers';
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

/** Names of this machine: what is sent there stays on it. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** A server that speaks the serving contract over plain HTTP: the local run's, or a container's. */
export class UrlPredictor implements Predictor {
  public readonly target: string;
  /** An agent of its own uses no proxy, whatever the environment says; the global one may. */
  private readonly agent: http.Agent | undefined;

  /**
   * @param url the server's address, with or without `/invocations`
   * @throws UserError where it is none
   */
  constructor(url: string) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new UserError(`"${url}" is not a URL: write it like http://127.0.0.1:8080`);
    }
    this.target = `${url.replace(/\/+$/, '').replace(/\/invocations$/, '')}/invocations`;
    const { protocol, hostname } = new URL(this.target);
    const isLocal = protocol === 'http:' && LOOPBACK.test(hostname);
    this.agent = isLocal ? new http.Agent({ keepAlive: true }) : undefined;
  }

  public async predict(request: PredictionRequest, signal: AbortSignal): Promise<PredictionResponse> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await this.send(request, AbortSignal.any([signal, timeout]));
      const body = await buffer(response);
      const status = response.statusCode!;
      if (status < 200 || status > 299) {
        throw this.refusal(status, body.toString());
      }
      return { body, contentType: response.headers['content-type'] };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PredictionError) {
        throw error;
      }
      if (timeout.aborted) {
        throw new PredictionError(`${this.target} did not answer within ${TIMEOUT_MS / 1000} s`);
      }
      const { code, message } = error as NodeJS.ErrnoException;
      throw this.connectionFailure(code, message || String(code));
    }
  }

  private async send(
    { body, contentType, accept }: PredictionRequest,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const { request } = this.target.startsWith('https:') ? https : http;
    const headers = { 'Content-Type': contentType, Accept: accept, 'Content-Length': body.byteLength };
    const outgoing = request(this.target, { method: 'POST', headers, agent: this.agent, signal });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage];
    return response;
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
