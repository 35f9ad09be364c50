import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { mockClient } from 'aws-sdk-client-mock';
import { EndpointPredictor } from '../../../lib/commands/invoke/endpoint-predictor';
import { httpStub, type HttpStub, type StubAnswer } from './http-stub';

const request = {
  body: Buffer.from('{"instances": [1]}'),
  contentType: 'application/json',
  accept: 'text/csv',
};
const { signal } = new AbortController();
const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };

describe('with a service of its protocol', () => {
  let stub: HttpStub;
  let answer: StubAnswer = {};
  beforeAll(async () => {
    stub = await httpStub(() => answer);
  });
  afterAll(() => stub.close());
  const predictor = () =>
    new EndpointPredictor('unet', { endpoint: stub.url, region: 'eu-west-1', credentials });

  /** The service's error document: the code in the header, members in the body. */
  const serviceError = (status: number, code: string, body: object): StubAnswer => ({
    status,
    headers: { 'x-amzn-errortype': code },
    body: JSON.stringify(body),
  });

  test('the bytes, the types and the endpoint’s name reach it, and its answer comes back', async () => {
    answer = { body: Buffer.from([0, 255, 1]), headers: { 'Content-Type': 'application/x-npy' } };
    const response = await predictor().predict(request, signal);
    expect([...response.body]).toEqual([0, 255, 1]);
    expect(response.contentType).toBe('application/x-npy');
    expect(stub.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/endpoints/unet/invocations',
      body: request.body,
      headers: { 'content-type': 'application/json', accept: 'text/csv' },
    });
    expect(stub.requests.at(-1)!.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*eu-west-1\/sagemaker/);
  });

  test('fails with the container’s message and its log where the model raised', async () => {
    const before = stub.requests.length;
    answer = serviceError(424, 'ModelError', {
      ErrorCode: 'CLIENT_ERROR_FROM_MODEL',
      Message: 'Received client error (400) from primary with message "…"',
      OriginalMessage: '{ "error": "Serving signature name: \\"x\\" not found" }',
      OriginalStatusCode: 400,
      LogStreamArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/unet',
    });
    await expect(predictor().predict(request, signal)).rejects.toMatchObject({
      message:
        'the model answered 400: Serving signature name: "x" not found (log group /aws/sagemaker/Endpoints/unet)',
      retry: 'never',
      affectsAll: false,
    });
    expect(stub.requests.length).toBe(before + 1);
  });

  test.each([
    [400, 'ThrottlingException', 'Rate exceeded', 'patiently'],
    [429, 'ModelNotReadyException', 'provisioning', 'patiently'],
    [503, 'ServiceUnavailable', 'try again', 'patiently'],
    [500, 'InternalFailure', 'oops', 'briefly'],
    [530, 'InternalDependencyException', 'oops', 'briefly'],
    [400, 'ValidationError', 'Accept is not valid', 'never'],
  ])('fails at %i %s (%s): to be retried %s, once sent', async (status, code, message, retry) => {
    const before = stub.requests.length;
    answer = serviceError(status, code, { Message: message, message });
    await expect(predictor().predict(request, signal)).rejects.toMatchObject({ retry, affectsAll: false });
    expect(stub.requests.length).toBe(before + 1);
  });

  test('fails for an endpoint that does not exist, saying what to deploy', async () => {
    answer = serviceError(400, 'ValidationError', {
      message: 'Endpoint unet of account 123456789012 not found.',
    });
    await expect(predictor().predict(request, signal)).rejects.toMatchObject({
      message:
        'endpoint unet of account 123456789012 not found: deploy it with "npx cdk deploy unet-endpoint", or check --endpoint and AWS_REGION',
      affectsAll: true,
    });
  });

  test.each([
    ['ExpiredTokenException', 'the AWS credentials have expired'],
    ['UnrecognizedClientException', 'AWS does not accept the credentials'],
    ['AccessDeniedException', 'may not invoke endpoint unet: denied; allow sagemaker:InvokeEndpoint'],
  ])('fails for %s in plain words, for all files at once', async (code, words) => {
    answer = serviceError(403, code, { message: 'denied' });
    await expect(predictor().predict(request, signal)).rejects.toMatchObject({
      message: expect.stringContaining(words),
      retry: 'never',
      affectsAll: true,
    });
  });

  test('an abort ends a request under way', async () => {
    const abortion = new AbortController();
    answer = { hang: true };
    const prediction = predictor().predict(request, abortion.signal);
    const reason = new Error('interrupted');
    setImmediate(() => abortion.abort(reason));
    await expect(prediction).rejects.toBe(reason);
  });
});

describe('without a service', () => {
  test('fails without credentials, naming the ways to get some', async () => {
    const noCredentials = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    const predictor = new EndpointPredictor('unet', {
      region: 'eu-west-1',
      credentials: () => Promise.reject(noCredentials),
    });
    await expect(predictor.predict(request, signal)).rejects.toThrow(
      /^no AWS credentials .*AWS_PROFILE.*--url/,
    );
  });

  test('fails without a region, naming the variable', async () => {
    const predictor = new EndpointPredictor('unet', {
      region: (): Promise<string> => Promise.reject(new Error('Region is missing')),
      credentials,
    });
    await expect(predictor.predict(request, signal)).rejects.toThrow('no AWS region: set AWS_REGION');
  });
});

describe('with a mocked client', () => {
  let client: {
    restore(): void;
    on(command: typeof InvokeEndpointCommand): { rejects(error: Error): unknown };
  };
  beforeEach(() => {
    client = mockClient(SageMakerRuntimeClient);
  });
  afterEach(() => client.restore());
  const predictor = new EndpointPredictor('unet', { region: 'eu-west-1', credentials });

  test.each([
    [undefined, 'log group /aws/sagemaker/Endpoints/unet'],
    [
      'arn:aws-cn:logs:cn-north-1:1:log-group:/aws/sagemaker/Endpoints/other:log-stream:AllTraffic/i-0abc',
      'log group /aws/sagemaker/Endpoints/other, stream AllTraffic/i-0abc',
    ],
  ])('fails naming the log of %s', async (LogStreamArn, log) => {
    client.on(InvokeEndpointCommand).rejects(
      new ModelError({
        message: 'Received',
        $metadata: { httpStatusCode: 424 },
        OriginalMessage: 'upstream timed out',
        OriginalStatusCode: 504,
        LogStreamArn,
      }),
    );
    await expect(predictor.predict(request, signal)).rejects.toThrow(
      `the model answered 504: upstream timed out (${log})`,
    );
  });

  test.each([
    ['ECONNREFUSED', 'briefly', true],
    ['ECONNRESET', 'briefly', false],
    ['ETIMEDOUT', 'briefly', false],
    ['ENOTFOUND', 'never', true],
  ])('fails at %s on the way to the service, to be retried %s', async (code, retry, affectsAll) => {
    client.on(InvokeEndpointCommand).rejects(Object.assign(new Error('socket trouble'), { code }));
    await expect(predictor.predict(request, signal)).rejects.toMatchObject({
      message: expect.stringContaining('socket trouble'),
      retry,
      affectsAll,
    });
  });

  test('an error of the program stays what it is', async () => {
    const fault = new TypeError('x is not a function');
    client.on(InvokeEndpointCommand).rejects(fault);
    await expect(predictor.predict(request, signal)).rejects.toBe(fault);
  });
});
