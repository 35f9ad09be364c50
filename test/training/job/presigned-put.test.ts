import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { jsonWithReason, putJson } from '../../../lib/training/job/presigned-put';
import { FakeClock } from './fake-aws';

describe('putting to a presigned URL', () => {
  let server: Server;
  let url: string;
  let statuses: number[];
  let requests: { headers: IncomingHttpHeaders; method?: string; body: string }[];
  let clock: FakeClock;

  beforeEach(async () => {
    statuses = [];
    requests = [];
    clock = new FakeClock();
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({
          headers: request.headers,
          method: request.method,
          body: Buffer.concat(chunks).toString(),
        });
        response.writeHead(statuses.shift() ?? 200).end('<Error>');
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/handle?Signature=secret`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  test('sends what the signature is for: a length, no content type, no chunks', async () => {
    await putJson(url, '{"Reason":"à"}', { fetch, clock });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'PUT',
      body: '{"Reason":"à"}',
      headers: { 'content-length': '15' },
    });
    expect(requests[0]!.headers['content-type'] ?? '').toBe('');
    expect(requests[0]!.headers['transfer-encoding']).toBeUndefined();
  });

  test.each([403, 500, 503])('sends again after a single %d', async (status) => {
    statuses = [status];
    await putJson(url, '{}', { fetch, clock });
    expect(requests).toHaveLength(2);
    expect(clock.now()).toBeGreaterThan(0);
  });

  test('fails after a minute of refusals, without naming the URL', async () => {
    statuses = Array.from({ length: 100 }, () => 403);
    const failure = await putJson(url, '{}', { fetch, clock }).catch((error: Error) => error);
    expect(String(failure)).toBe("Error: CloudFormation's URL answered 403");
    expect(clock.now()).toBeLessThanOrEqual(60_000);
    expect(requests.length).toBeGreaterThan(3);
  });

  test('fails without naming the URL when nobody listens, or it is none', async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    for (const bad of [url, 'handle?Signature=secret']) {
      const failure = (await putJson(bad, '{}', { fetch, clock }).catch((error: Error) => error)) as Error;
      expect(failure.message).toMatch(/^CloudFormation's URL could not be reached \(\w+\)$/);
      expect(failure.stack).not.toContain('secret');
      expect(failure.cause).toBeUndefined();
    }
  });
});

test('a reason of any length and script fits into the limit, and its end is kept whole', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.integer({ min: 0, max: 6000 }),
      (unit, times) => {
        const text = unit.repeat(Math.ceil(times / (unit.length || 1)));
        const json = jsonWithReason({ Status: 'FAILURE', UniqueId: 'job' }, text, '; its log: https://link');
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(4096);
        const { Reason, ...rest } = JSON.parse(json);
        expect(rest).toEqual({ Status: 'FAILURE', UniqueId: 'job' });
        expect(Reason.endsWith('; its log: https://link')).toBe(true);
        const shown = Reason.slice(0, -'; its log: https://link'.length);
        // Whole, or cut no more than needed.
        const cut =
          shown.endsWith('…') && text.startsWith(shown.slice(0, -1)) && Buffer.byteLength(json) > 3500;
        expect(shown === text || cut).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});
