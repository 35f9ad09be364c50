import { ModelError } from '@aws-sdk/client-sagemaker-runtime';
import { accessProblem } from '../../aws/access-problem';
import { isDenied, type SdkError } from '../../aws/sdk-error';
import {
  endpointLogGroupName,
  REALTIME_PAYLOAD_LIMIT,
  SERVERLESS_PAYLOAD_LIMIT,
  stackName,
  projectOfEndpoint,
} from '../../names';
import { containerMessage, PredictionError } from './predictor';

const LOST_CONNECTION = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** What an error of InvokeEndpoint means for the person who called it, and whether trying again may help. */
export function endpointFailure(error: unknown, endpointName: string): Error {
  if (!(error instanceof Error)) {
    return new Error(String(error));
  }
  const { name, message, code, $metadata } = error as Error & SdkError;
  const status = $metadata?.httpStatusCode;
  if (error instanceof ModelError) {
    return modelFailure(error, endpointName);
  }
  const access = accessProblem(error);
  if (access) {
    const wayOut = access.kind === 'absent' ? ', or ask a local server with --url' : '';
    return forAll(`${access.message}${wayOut}`);
  }
  if (isDenied(error)) {
    return forAll(
      `these AWS credentials may not invoke endpoint ${endpointName}: ${message}; allow sagemaker:InvokeEndpoint`,
    );
  }
  if (name === 'ValidationError' && /endpoint .*not found/i.test(message)) {
    const said = message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
    return forAll(
      `${said}: deploy it with "npx cdk deploy ${stackName(projectOfEndpoint(endpointName), 'endpoint')}", or check --endpoint and AWS_REGION`,
    );
  }
  if (/oversize body/i.test(message)) {
    return new PredictionError(
      `endpoint ${endpointName} refuses a request of this size (${SERVERLESS_PAYLOAD_LIMIT / 1024 ** 2} MB serverless, ${REALTIME_PAYLOAD_LIMIT / 1024 ** 2} MB real-time): ` +
        'send a smaller image or fewer instances, or use asynchronous inference or a batch transform job',
    );
  }
  if (status === 429 || status === 503 || /throttl|toomanyrequests/i.test(name)) {
    return new PredictionError(`endpoint ${endpointName} is not ready or throttled: ${message}`, 'patiently');
  }
  if ((status ?? 0) >= 500 || LOST_CONNECTION.has(code ?? '')) {
    return new PredictionError(`endpoint ${endpointName}: ${message}`, 'briefly', code === 'ECONNREFUSED');
  }
  if (code === 'ENOTFOUND') {
    return forAll(`the service cannot be reached (${message}): check AWS_REGION and the network`);
  }
  return status === undefined ? error : new PredictionError(`endpoint ${endpointName}: ${name}: ${message}`);
}

/** The container answered with an error of its own: its words, and where it wrote more. */
function modelFailure(error: ModelError, endpointName: string): PredictionError {
  const status = error.OriginalStatusCode === undefined ? '' : ` ${error.OriginalStatusCode}`;
  const said = containerMessage(error.OriginalMessage ?? error.message);
  // The ARN is arn:…:log-group:<name>[:log-stream:<name>]; an endpoint always writes to the group of its name.
  const [, group, , stream] = error.LogStreamArn?.match(/:log-group:([^:]+)(:log-stream:(.+))?$/) ?? [];
  const log = `${group ?? endpointLogGroupName(endpointName)}${stream ? `, stream ${stream}` : ''}`;
  return new PredictionError(`the model answered${status}: ${said} (log group ${log})`);
}

/** What every other request would meet too. */
function forAll(text: string): PredictionError {
  return new PredictionError(text, 'never', true);
}
