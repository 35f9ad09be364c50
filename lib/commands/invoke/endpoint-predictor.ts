import {
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
  type SageMakerRuntimeClientConfig,
} from '@aws-sdk/client-sagemaker-runtime';
import { endpointFailure } from './endpoint-failure';
import type { PredictionRequest, PredictionResponse, Predictor } from './predictor';

/** A deployed endpoint, asked through the SDK with the credentials and region of its default chain. */
export class EndpointPredictor implements Predictor {
  public readonly target: string;
  private readonly client: SageMakerRuntimeClient;

  /** @param config settings of the SDK's client, where its defaults do not fit */
  constructor(
    private readonly endpointName: string,
    config: SageMakerRuntimeClientConfig = {},
  ) {
    this.target = `endpoint ${endpointName}`;
    this.client = new SageMakerRuntimeClient({
      // This project's own retries know which errors are worth it, and stop when they are told to.
      maxAttempts: 1,
      // A container has 60 s to answer; the service's guide says that the client should wait for 70.
      requestHandler: { connectionTimeout: 5_000, requestTimeout: 70_000, throwOnRequestTimeout: true },
      ...config,
    });
  }

  public async predict(request: PredictionRequest, signal: AbortSignal): Promise<PredictionResponse> {
    try {
      const response = await this.client.send(
        new InvokeEndpointCommand({
          EndpointName: this.endpointName,
          Body: request.body,
          ContentType: request.contentType,
          Accept: request.accept,
        }),
        { abortSignal: signal },
      );
      return { body: response.Body ?? new Uint8Array(), contentType: response.ContentType };
    } catch (error) {
      signal.throwIfAborted();
      throw endpointFailure(error, this.endpointName);
    }
  }
}
