/**
 * The client's transport for Node: a `fetch` as far as the client needs one, over kept connections of its own, at a fraction of the CPU of
 * Node's, whose Request, Response and streams cost more than the call. HTTP/1.1 without cache, cookies or proxies; bodies are whole.
 */

import type { Fetch } from '../options.js';
import { codingsOf, decoded } from './answer-body.js';
import type { Answer } from './answer-reader.js';
import { NodeResponse } from './node-response.js';
import { Origin } from './origin.js';
import { QuickAbortController } from './quick-abort.js';
import { type Outgoing, redirected, writeRequest } from './request-bytes.js';

export interface NodeFetchOptions {
  /** Connections to one host; further requests wait. @default 64 */
  readonly maxConnections?: number | undefined;
  /** How long a connection may take to open. @default 10_000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Certificates (PEM) to trust instead of the public ones. */
  readonly ca?: string | undefined;
}

/** A transport. */
export interface NodeFetch extends Fetch {
  /** Lets go of its connections: what is under way fails. Idle ones hold no process, and close after some seconds. */
  close(): void;
}

/** https://fetch.spec.whatwg.org/#http-redirect-fetch */
const MAX_REDIRECTS = 20;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Methods that may be sent twice: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'];

/**
 * Makes a transport: `createGatewayClient({ url, fetch: nodeFetch() })`. One for a program: its connections are shared.
 *
 * @throws TypeError (as rejection) when there is no answer, with the socket's error as cause; the signal's reason when it aborts
 */
export function nodeFetch({ maxConnections = 64, connectTimeoutMs = 10_000, ca }: NodeFetchOptions = {}): NodeFetch {
  const origins = new Map<string, Origin>();
  const originOf = (name: string) => {
    let origin = origins.get(name);
    if (!origin) {
      origin = new Origin({ url: new URL(name), maxConnections, connectTimeoutMs, ca, now: Date.now });
      origins.set(name, origin);
    }
    return origin;
  };

  /** One request and the redirects it meets. Rejects with the cause. */
  const exchange = (outgoing: Outgoing, signal: AbortSignal | null | undefined, hops: number): Promise<Response> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const { origin, bytes } = writeRequest(outgoing);
      const { method, fields } = outgoing;
      const cancel = originOf(origin).send({
        bytes,
        isHead: method === 'HEAD',
        isRepeatable: IDEMPOTENT.includes(method) || fields.some(([name]) => name === 'idempotency-key'),
        done(answer) {
          signal?.removeEventListener('abort', abort);
          try {
            resolve(respond(answer, outgoing, { signal, hops }));
          } catch (cause) {
            reject(cause);
          }
        },
        failed(cause) {
          signal?.removeEventListener('abort', abort);
          reject(cause);
        },
      });
      const abort = () => {
        signal?.removeEventListener('abort', abort);
        cancel();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort);
    });

  const respond = (
    answer: Answer,
    outgoing: Outgoing,
    { signal, hops }: { readonly signal: AbortSignal | null | undefined; readonly hops: number },
  ): Response | Promise<Response> => {
    const { head, body } = answer;
    const location = REDIRECTS.includes(head.status) ? head.fields.get('location') : undefined;
    if (location !== undefined) {
      if (hops === MAX_REDIRECTS) throw new Error(`got more than ${MAX_REDIRECTS} redirects`);
      return exchange(redirected(outgoing, head.status, location), signal, hops + 1);
    }
    const made = (plain: Buffer) => new NodeResponse(head, plain, { url: outgoing.url, redirected: hops > 0 }) as unknown as Response;
    const codings = codingsOf(answer);
    return codings.length > 0 ? decoded(body, codings).then(made) : made(body);
  };

  const send: Fetch = async (url, { method = 'GET', headers, body, signal }) => {
    try {
      const outgoing = { url, method, fields: fieldsOf(headers), body: isWhole(body) ? body : await wholeBody(body) };
      return await exchange(outgoing, signal, 0);
    } catch (cause) {
      throw signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause });
    }
  };
  return Object.assign(send, {
    AbortController: QuickAbortController,
    close() {
      for (const origin of origins.values()) origin.destroy(new Error('the transport was closed'));
    },
  });
}

function fieldsOf(headers: HeadersInit = {}): readonly (readonly [string, string])[] {
  return Symbol.iterator in headers ? [...(headers as Iterable<[string, string]>)] : Object.entries(headers);
}

function isWhole(body: RequestInit['body']): body is string | Uint8Array<ArrayBuffer> | undefined {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

async function wholeBody(body: RequestInit['body']): Promise<Uint8Array | undefined> {
  if (body === null) return undefined;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (body instanceof Blob) return new Uint8Array(await body.arrayBuffer());
  throw new TypeError(`body is ${Object.prototype.toString.call(body)}, expected text, bytes or a Blob`);
}
