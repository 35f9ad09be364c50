import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the stub got. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the stub answers; `hang` never does. */
export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly hang?: boolean;
}

/** An HTTP server on loopback that answers as the function says, and remembers what it was asked. */
export async function httpStub(
  answer: (request: ReceivedRequest, count: number) => StubAnswer | Promise<StubAnswer>,
) {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(chunks) };
      requests.push(request);
      void (async () => {
        const reply = await answer(request, requests.length);
        if (!reply.hang) {
          response.writeHead(reply.status ?? 200, { 'Content-Type': 'application/json', ...reply.headers });
          response.end(reply.body);
        }
      })();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

export type HttpStub = Awaited<ReturnType<typeof httpStub>>;
