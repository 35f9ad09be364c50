import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invokeCommand, invokeLine } from '../../../lib/commands/invoke/invoke-command';
import type { ProjectTemplate } from '../../../lib/assembly/project-template';
import { UsageError, UserError } from '../../../lib/console/user-error';
import { httpStub, type HttpStub, type StubAnswer } from './http-stub';
import { maskPng, stripes } from './images';
import { RecordingTerminal } from '../../console/recording-terminal';

const DEFAULTS = { concurrency: 4, json: false };

test.each([
  ['a.jpg', { paths: ['a.jpg'] }],
  ['a.jpg b/ --json', { paths: ['a.jpg', 'b/'], json: true }],
  ['--endpoint other a.jpg', { paths: ['a.jpg'], endpoint: 'other' }],
  ['a.jpg --url http://127.0.0.1:1', { paths: ['a.jpg'], url: 'http://127.0.0.1:1' }],
  ['a --content-type a/b --accept c/d', { paths: ['a'], contentType: 'a/b', accept: 'c/d' }],
  [
    'a --signature s --out o --concurrency 16',
    { paths: ['a'], signatureName: 's', outDirectory: 'o', concurrency: 16 },
  ],
])('%s', (line, expected) => {
  expect(invokeLine.parse(line.split(' '))).toEqual({ ...DEFAULTS, ...expected });
});

test.each([
  [[], 'no FILE is named'],
  [['--json'], 'no FILE is named'],
  [['a', '--endpoint', 'x', '--url', 'http://y'], '--endpoint and --url exclude each other'],
  [['a', '--endpoint', 'x', '--project', 'y'], '--endpoint and --project exclude each other'],
  [['a', '--concurrency', '0'], '--concurrency "0" must be a whole number from 1 to 256'],
  [['a', '--concurrency', '1.5'], '--concurrency "1.5"'],
  [['a', '--concurrency', 'many'], '--concurrency "many"'],
  [['a', '--out='], '--out has no value'],
  [['a', '--region', 'x'], "Unknown option '--region'"],
  [['--concurrency', '0', '--endpoint', 'x', '--url', 'y'], 'no FILE is named\n--endpoint and --url'],
])('fails for %j', (argv, message) => {
  expect(() => invokeLine.parse(argv)).toThrow(UsageError);
  expect(() => invokeLine.parse(argv)).toThrow(message);
  expect(() => invokeLine.parse(argv)).toThrow('usage: npm run invoke');
});

describe('against a server', () => {
  let stub: HttpStub;
  let answer: (body: Buffer) => StubAnswer;
  let directory: string;
  beforeAll(async () => {
    stub = await httpStub(({ body }) => answer(body));
  });
  afterAll(() => stub.close());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'invoke-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function invoke(...argv: string[]) {
    const terminal = new RecordingTerminal();
    const { signal } = new AbortController();
    const noEndpoint = () => Promise.reject(new Error('the default endpoint is not to be looked up'));
    const code = await invokeCommand(noEndpoint)([...argv, '--url', stub.url], { terminal, signal });
    return { code, ...terminal };
  }
  const path = (name: string) => join(directory, name);

  test('one JSON file’s answer is printed as it came, and nothing is written', async () => {
    answer = (body) => ({ body });
    await writeFile(path('request.json'), '{"instances": [1]}\n');
    const { code, results, infos } = await invoke(path('request.json'));
    expect(code).toBe(0);
    expect(results).toEqual(['{"instances": [1]}']);
    expect(infos.at(-1)).toMatch(/^1 of 1 predicted by http.*; latency p50 [\d.]+ ms, p95 [\d.]+ ms$/);
    expect(await readdir(directory)).toEqual(['request.json']);
  });

  test('with --out that answer is written instead', async () => {
    answer = (body) => ({ body });
    await writeFile(path('request.json'), '[7]');
    const { results } = await invoke(path('request.json'), '--out', path('out'));
    expect(await readFile(path('out/request.prediction.json'), 'utf8')).toBe('[7]');
    expect(results).toHaveLength(1);
    expect(results[0]).toContain('out/request.prediction.json');
  });

  test('a folder’s images and data are predicted, its other files and earlier results are not', async () => {
    const b64 = (await maskPng(2, 1, [0, 1])).toString('base64');
    answer = () => ({ body: JSON.stringify({ predictions: [{ b64 }] }) });
    for (const name of ['b.png', 'a.JPG', 'a.mask.png', '.hidden.png', 'b.overlay.png']) {
      await writeFile(path(name), await stripes(4, 4));
    }
    await writeFile(path('README.md'), 'x');
    await mkdir(path('folder.png'));
    const { code, results } = await invoke(directory, '--out', path('out'));
    expect(code).toBe(0);
    expect(results).toEqual([
      expect.stringMatching(
        /a\.JPG: object 50\.0 %, background 50\.0 %, outline 0\.0 % → .*out\/a\.overlay\.png$/,
      ),
      expect.stringMatching(/b\.png: .* → .*out\/b\.overlay\.png$/),
    ]);
  });

  test('--json prints one document with every file, and exit code 1 tells of a failure', async () => {
    answer = (body) => (body.toString() === '2' ? { status: 400, body: '{"error": "bad two"}' } : { body });
    await Promise.all(['1', '2', '3'].map((number) => writeFile(path(`${number}.json`), number)));
    const { code, results, infos } = await invoke(directory, '--json', '--out', path('out'));
    expect(code).toBe(1);
    expect(results).toHaveLength(1);
    const document = JSON.parse(results[0]!) as { target: string; latencyMs: object; results: object[] };
    expect(document.target).toBe(`${stub.url}/invocations`);
    expect(document.latencyMs).toEqual({ p50: expect.any(Number), p95: expect.any(Number) });
    expect(document.results).toEqual([
      expect.objectContaining({
        file: path('1.json'),
        status: 'predicted',
        predictionPath: path('out/1.prediction.json'),
      }),
      { file: path('2.json'), status: 'failed', error: `${stub.url}/invocations answered 400: bad two` },
      expect.objectContaining({
        file: path('3.json'),
        status: 'predicted',
        requestBytes: 1,
        responseBytes: 1,
      }),
    ]);
    expect(infos).toContain(`${path('2.json')}: ${stub.url}/invocations answered 400: bad two`);
    expect(infos.at(-1)).toMatch(/^2 of 3 predicted/);
  });

  test.each([
    [7, 0, /^all 7 files: .*answered 400: no$/],
    [7, 1, /0\.json.*4\.json and 1 more: .*answered 400: no$/],
    [2, 0, /0\.json, .*1\.json: .*answered 400: no$/],
  ])('one problem of many files is told once: %i files, %i of them good', async (count, good, told) => {
    answer = (body) => (body.toString() === 'good' ? { body } : { status: 400, body: '{"error": "no"}' });
    const bodies = Array.from({ length: count }, (_, at) => (at >= count - good ? 'good' : 'bad'));
    await Promise.all(bodies.map((body, at) => writeFile(path(`${at}.json`), body)));
    const { infos } = await invoke(directory, '--out', path('out'));
    expect(infos).toHaveLength(2);
    expect(infos[0]).toMatch(told);
  });

  test('content type, accept and signature reach the server', async () => {
    answer = () => ({ body: 'ok', headers: { 'Content-Type': 'text/plain' } });
    await writeFile(path('a.bin'), 'bytes');
    const { results } = await invoke(path('a.bin'), '--content-type', 'a/b', '--accept', 'text/plain');
    expect(results).toEqual(['ok']);
    expect(stub.requests.at(-1)!.headers).toMatchObject({ 'content-type': 'a/b', accept: 'text/plain' });

    await writeFile(path('a.png'), await stripes(2, 2));
    await invoke(path('a.png'), '--signature', 'scores', '--out', path('out'));
    expect(JSON.parse(stub.requests.at(-1)!.body.toString())).toMatchObject({ signature_name: 'scores' });
  });

  test('fails for a folder with nothing to predict', async () => {
    await writeFile(path('README.md'), 'x');
    await expect(invoke(directory)).rejects.toThrow(`nothing to predict in ${directory}`);
  });
});

/** A project with an endpoint. */
function project(kind: { serverless?: boolean; asynchronous?: boolean }): ProjectTemplate {
  const endpoint = { endpointName: 'unet', serverless: false, asynchronous: false, ...kind };
  return { name: 'unet', trainingJob: undefined, endpoint: endpoint as ProjectTemplate['endpoint'] };
}

describe('without --url', () => {
  test('the project’s endpoint and its limit hold, and a file over it is not sent', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'invoke-'));
    const file = join(directory, 'large.json');
    await writeFile(file, '1'.repeat(4 * 1024 * 1024 + 1));
    const terminal = new RecordingTerminal();
    const command = invokeCommand(async () => project({ serverless: true }));
    const code = await command([file], { terminal, signal: new AbortController().signal });
    await rm(directory, { recursive: true });
    expect(code).toBe(1);
    expect(terminal.results).toEqual([]);
    expect(terminal.infos).toEqual([
      expect.stringContaining(
        'the request has 4,194,305 bytes (4.00 MB), the endpoint takes at most 4,194,304 bytes',
      ),
      '0 of 1 predicted by endpoint unet',
    ]);
  });

  test.each([
    [{ name: 'unet', trainingJob: undefined, endpoint: undefined }, 'declares no endpoint of unet'],
    [project({ asynchronous: true }), "'unet' is asynchronous"],
  ])('fails where no endpoint of the project answers (%#)', async (declared, message) => {
    const command = invokeCommand(async () => declared);
    const context = { terminal: new RecordingTerminal(), signal: new AbortController().signal };
    await expect(command([__filename], context)).rejects.toThrow(message);
  });

  test('the project that is named is the one that is read', async () => {
    const read = jest.fn().mockRejectedValue(new UserError('read'));
    const context = { terminal: new RecordingTerminal(), signal: new AbortController().signal };
    await expect(invokeCommand(read)([__filename, '--project', 'pets'], context)).rejects.toThrow('read');
    expect(read).toHaveBeenCalledWith('pets', context.signal);
  });

  test('help is a result, and looks nothing up', async () => {
    const terminal = new RecordingTerminal();
    const command = invokeCommand(() => Promise.reject(new Error('looked up')));
    expect(await command(['--help'], { terminal, signal: new AbortController().signal })).toBe(0);
    expect(terminal.results[0]).toMatch(/^usage: npm run invoke/);
  });
});
