import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerExtension, readContent } from '../../../lib/commands/invoke/content';
import { stripes } from './images';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'content-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function file(name: string, bytes: Buffer | string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, bytes);
  return path;
}

test.each([
  ['a.json', '{"instances": [[1.5]]}', 'application/json'],
  ['a.JSON', '{"instances" : []}\n', 'application/json'],
  ['a.jsonl', '[1]\n[2]\n', 'application/jsonlines'],
  ['a.csv', '1,2\n3,4', 'text/csv'],
  ['a.npy', Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0, 255]), 'application/x-npy'],
])('%s goes byte for byte with its type', async (name, bytes, contentType) => {
  const { request, photograph } = await readContent(await file(name, bytes), {});
  expect(request).toEqual({ body: Buffer.from(bytes), contentType, accept: 'application/json' });
  expect(photograph).toBeUndefined();
});

test("a table's last line break, at which XGBoost's container fails, stays here; with a type that was named it goes", async () => {
  const path = await file('a.csv', '1,2\n3,4\r\n');
  const sent = async (contentType?: string) =>
    Buffer.from(
      (await readContent(path, contentType === undefined ? {} : { contentType })).request.body,
    ).toString();
  expect(await sent()).toBe('1,2\n3,4');
  expect(await sent('text/csv')).toBe('1,2\n3,4\r\n');
});

test.each(['photograph.jpg', 'photograph', 'photograph.json'])(
  'an image goes in base64 to the image signature, though it is called %s',
  async (name) => {
    const bytes = await stripes(5, 4, 'jpeg');
    const { request, photograph } = await readContent(await file(name, bytes), {});
    expect(JSON.parse(Buffer.from(request.body).toString())).toEqual({
      signature_name: 'serving_image',
      instances: [{ b64: bytes.toString('base64') }],
    });
    expect(request.contentType).toBe('application/json');
    expect(photograph).toMatchObject({ width: 5, height: 4 });
  },
);

test('another signature is asked by its name', async () => {
  const { request } = await readContent(await file('a.png', await stripes(2, 2)), {
    signatureName: 'scores',
  });
  expect(JSON.parse(Buffer.from(request.body).toString()).signature_name).toBe('scores');
});

test('with a content type, an image goes as it is', async () => {
  const bytes = await stripes(5, 4, 'jpeg');
  const content = await readContent(await file('a.jpg', bytes), {
    contentType: 'application/x-image',
    accept: 'a/b',
  });
  expect(content).toEqual({ request: { body: bytes, contentType: 'application/x-image', accept: 'a/b' } });
});

test.each([
  [
    'a.txt',
    'x',
    {},
    'the type of ".txt" is not known: images, .json, .jsonl, .npy, .csv, .libsvm are; name another with --content-type',
  ],
  ['a.jpg', 'no image', {}, 'the file is called .jpg, and is not an image'],
  ['a.json', '', {}, 'the file is empty'],
  ['a.json', '{}', { signatureName: 'x' }, '--signature is for images'],
  [
    'a.csv',
    '12345',
    { payloadLimit: 4 },
    'the request has 5 bytes (0.00 MB), the endpoint takes at most 4 bytes',
  ],
])('fails for %s with "%s" and %j', async (name, bytes, settings, message) => {
  await expect(readContent(await file(name, bytes), settings)).rejects.toThrow(message);
});

test('the limit counts an image’s request, not its file', async () => {
  const bytes = await stripes(64, 64);
  const path = await file('a.png', bytes);
  const length = (await readContent(path, {})).request.body.byteLength;
  expect(length).toBeGreaterThan(bytes.length);
  await expect(readContent(path, { payloadLimit: length })).resolves.toBeDefined();
  await expect(readContent(path, { payloadLimit: length - 1 })).rejects.toThrow(
    /send a smaller image.*asynchronous inference.*batch transform/,
  );
});

test.each([
  ['application/json', '.json'],
  ['application/json; charset=utf-8', '.json'],
  ['Text/CSV', '.csv'],
  ['image/png', '.png'],
  ['application/octet-stream', '.bin'],
  [undefined, '.bin'],
])('an answer of %s is called %s', (contentType, extension) => {
  expect(answerExtension(contentType)).toBe(extension);
});
