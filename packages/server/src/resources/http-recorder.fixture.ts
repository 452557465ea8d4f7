/**
 * An HTTP server for tests that keeps every request it got and answers what the test says: the far end of an SDK client.
 */

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

export interface RecordedRequest {
  readonly method: string;
  /** Path without the query string, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Resolves when the answer is out, or the client went away. */
  readonly closed: Promise<void>;
}

export interface RecordedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are sent as they come; one that fails breaks the connection. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export interface HttpRecorder {
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** Listens on a port of its own. */
export async function startRecorder(answer: (request: RecordedRequest) => RecordedAnswer | Promise<RecordedAnswer>): Promise<HttpRecorder> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const url = new URL(message.url ?? '/', 'http://recorder');
    const request = {
      method: message.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: message.headers,
      body: Buffer.concat(chunks),
      closed: new Promise<void>((resolve) => response.once('close', () => resolve())),
    };
    requests.push(request);
    const { status, headers = {}, body = '' } = await answer(request);
    response.writeHead(status, headers);
    if (typeof body === 'string' || body instanceof Uint8Array) response.end(request.method === 'HEAD' ? undefined : body);
    else await pipeline(body, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
