/**
 * The client's transport on `node:http` and `node:https`: a `fetch` as far as the client needs one, at a fraction of the CPU of Node's own,
 * whose Request, Response and streams cost more than the call. Connections are kept; there is no cache, no redirect and no decompression.
 * https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpagent
 */

import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Fetch } from '../options.js';

export interface NodeFetchOptions {
  /** Connections to one host. @default 64 */
  readonly maxConnections?: number | undefined;
}

/** A transport, and how to let go of its connections, which otherwise close when they have been idle for some seconds. */
export type NodeFetch = Fetch & { close(): void };

/**
 * Makes a transport: `createGatewayClient({ url, fetch: nodeFetch() })`. One for a program: its connections are shared.
 *
 * @throws TypeError (as rejection) when there is no answer, with the socket's error as cause
 */
export function nodeFetch({ maxConnections = 64 }: NodeFetchOptions = {}): NodeFetch {
  const settings = { keepAlive: true, maxSockets: maxConnections, scheduling: 'lifo' } as const;
  const agents = { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
  const send: Fetch = (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:');
      const fail = (cause: unknown) => reject(signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause }));
      const options = {
        method,
        agent: isSecure ? agents.https : agents.http,
        headers: withLength(headers as Readonly<Record<string, string>>, body as string | undefined),
        ...(signal && { signal }),
      };
      const outgoing = (isSecure ? requestHttps : requestHttp)(url, options, (incoming) => {
        read(incoming, (text) => resolve(responseOf(incoming, text)), fail);
      });
      outgoing.on('error', fail);
      outgoing.end(body ?? undefined);
    });
  return Object.assign(send, {
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  });
}

/** With its length a body travels in one piece; without, in chunks. */
function withLength(headers: Readonly<Record<string, string>>, body: string | undefined): Readonly<Record<string, string | number>> {
  return body ? { ...headers, 'content-length': Buffer.byteLength(body) } : headers;
}

function read(incoming: IncomingMessage, done: (bytes: Buffer) => void, fail: (cause: unknown) => void): void {
  const parts: Buffer[] = [];
  incoming.on('data', (part: Buffer) => parts.push(part));
  incoming.on('end', () => done(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
  incoming.on('error', fail);
}

/** What the client reads of a response. */
function responseOf({ statusCode = 0, headers }: IncomingMessage, bytes: Buffer): Response {
  const response: Pick<Response, 'ok' | 'status' | 'text' | 'arrayBuffer'> & { readonly headers: Pick<Headers, 'get'> } = {
    ok: statusCode >= 200 && statusCode < 300,
    status: statusCode,
    headers: {
      get(name) {
        const value = headers[name];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    text: async () => bytes.toString('utf8'),
    arrayBuffer: async () => new Uint8Array(bytes).buffer,
  };
  return response as unknown as Response;
}
