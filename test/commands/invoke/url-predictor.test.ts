import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { UrlPredictor } from '../../../lib/commands/invoke/url-predictor';
import { httpStub, type HttpStub, type StubAnswer } from './http-stub';

const request = {
  body: Buffer.from('{"instances": [1]}'),
  contentType: 'application/json',
  accept: 'text/csv',
};
const { signal } = new AbortController();

let stub: HttpStub;
let answer: StubAnswer = {};
beforeAll(async () => {
  stub = await httpStub(() => answer);
});
afterAll(() => stub.close());

test.each(['', '/', '/invocations', '/invocations/'])('URL%s is asked at /invocations', async (path) => {
  answer = { body: 'x', headers: { 'Content-Type': 'text/csv' } };
  const response = await new UrlPredictor(stub.url + path).predict(request, signal);
  expect(Buffer.from(response.body).toString()).toBe('x');
  expect(response.contentType).toBe('text/csv');
  expect(stub.requests.at(-1)).toMatchObject({
    method: 'POST',
    path: '/invocations',
    body: request.body,
    headers: { 'content-type': 'application/json', accept: 'text/csv' },
  });
});

test.each([
  [400, '{"error": "no signature x"}', 'answered 400: no signature x', 'never'],
  [415, '{"error": "Unsupported Media Type: a/b"}', 'answered 415: Unsupported Media Type: a/b', 'never'],
  [500, '{"error": {"code": 3}}', 'answered 500: {"code":3}', 'never'],
  [502, '<html>bad gateway</html>', 'answered 502: <html>bad gateway</html>', 'never'],
  [404, '', 'answered 404: no message', 'never'],
  [429, '{"error": "slow down"}', 'answered 429: slow down', 'patiently'],
  [503, 'loading', 'answered 503: loading', 'patiently'],
])('fails at status %i with the container’s words', async (status, body, message, retry) => {
  answer = { status, body };
  await expect(new UrlPredictor(stub.url).predict(request, signal)).rejects.toMatchObject({
    message: `${stub.url}/invocations ${message}`,
    retry,
    affectsAll: false,
  });
});

test('fails where nothing listens, saying how to start a server', async () => {
  const gone = await httpStub(() => ({}));
  await gone.close();
  await expect(new UrlPredictor(gone.url).predict(request, signal)).rejects.toMatchObject({
    message: `nothing listens at ${gone.url}/invocations: start a server with "npm run local -- --serve", or mend --url`,
    retry: 'briefly',
    affectsAll: true,
  });
});

test('an abort ends a request under way', async () => {
  const abortion = new AbortController();
  answer = { hang: true };
  const prediction = new UrlPredictor(stub.url).predict(request, abortion.signal);
  const reason = new Error('interrupted');
  abortion.abort(reason);
  await expect(prediction).rejects.toBe(reason);
});

test.each(['localhost:8080', 'ftp://x/', 'unet', ''])('fails for "%s", which is no HTTP URL', (url) => {
  expect(() => new UrlPredictor(url)).toThrow(`"${url}" is not a URL: write it like http://127.0.0.1:8080`);
});

test('what goes to this machine uses no proxy, whatever the environment says', async () => {
  answer = { body: 'x' };
  const script = `
    const { UrlPredictor } = require('./lib/commands/invoke/url-predictor');
    const request = { body: Buffer.from('1'), contentType: 'application/json', accept: 'application/json' };
    new UrlPredictor('${stub.url}').predict(request, new AbortController().signal)
      .then(({ body }) => process.stdout.write(body));`;
  const nowhere = 'http://127.0.0.1:9';
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'ALL_PROXY'];
  const { stdout } = await promisify(execFile)(process.execPath, ['-r', 'ts-node/register', '-e', script], {
    cwd: resolve(__dirname, '../../..'),
    env: {
      ...process.env,
      ...Object.fromEntries(names.map((name) => [name, nowhere])),
      NO_PROXY: '',
      no_proxy: '',
      NODE_USE_ENV_PROXY: '1',
    },
  });
  expect(stdout).toBe('x');
}, 60_000);
