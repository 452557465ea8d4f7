/**
 * The client's transport for Node on undici's dispatcher: a `fetch` as far as the client needs one, at a fraction of the CPU of Node's own,
 * whose Request, Response and streams cost more than the call. Bodies are whole, but for those of
 * a stage that streams; there is no cache, no redirect and no decompression.
 * https://github.com/nodejs/undici/blob/v7.30.2/docs/docs/api/Dispatcher.md#dispatcherdispatchoptions-handler
 */

import type { Agent, Dispatcher } from 'undici';
import { failure } from '../failure.js';
import type { Fetch } from '../options.js';
import { QuickAbortController } from './quick-abort.js';
import { type StreamedBody, streamBody } from './streamed-body.js';

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

/**
 * Makes a transport: `createGatewayClient({ url, fetch: nodeFetch() })`. One for a program: its connections are shared.
 *
 * @throws TypeError (as rejection) when there is no answer, with undici's error as cause; the signal's reason when it aborts; GatewayError
 *   NOT_IMPLEMENTED when `undici` is not installed
 */
export function nodeFetch(options: NodeFetchOptions = {}): NodeFetch {
  let agent: Promise<Agent> | undefined;
  const send: Fetch = async (url, { method = 'GET', headers, body, signal }) => {
    agent ??= openAgent(options);
    const { origin, pathname, search } = new URL(url);
    const request = {
      ...{ origin, path: pathname + search, method: method as Dispatcher.HttpMethod },
      headers: headers as Readonly<Record<string, string>>,
      body: (body ?? null) as string | null,
    };
    const open = await agent;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      open.dispatch(request, new Exchange(resolve, reject, signal));
    });
  };
  return Object.assign(send, {
    AbortController: QuickAbortController,
    close: () => void agent?.then((open) => open.destroy()),
  });
}

async function openAgent({ maxConnections = 64, connectTimeoutMs = 10_000, ca }: NodeFetchOptions): Promise<Agent> {
  const { Agent: Opened } = await import('undici').catch((cause) => {
    throw failure('NOT_IMPLEMENTED', 'nodeFetch', 'cannot send: install "undici"', { cause });
  });
  return new Opened({ connections: maxConnections, connect: { timeout: connectTimeoutMs, ...(ca !== undefined && { ca }) } });
}

/** One request on its way: what undici tells, and what the signal says. */
class Exchange implements Dispatcher.DispatchHandler {
  #isOver = false;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #signal: AbortSignal | null | undefined;
  readonly #parts: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Answered = {};
  /** Of an answer that was handed over before its end. */
  #streamed: StreamedBody | undefined;

  constructor(resolve: (response: Response) => void, reject: (reason: unknown) => void, signal: AbortSignal | null | undefined) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(ABORTED);
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: Answered): void {
    this.#status = statusCode;
    this.#headers = headers;
    if (headers['content-type'] !== 'application/jsonl' || this.#isOver) return;
    this.#streamed = streamBody(() => {
      this.#end(() => undefined);
      this.#controller?.abort(ABORTED);
    });
    const plain = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    this.#resolve(new Response(this.#streamed.stream, { status: statusCode, headers: plain }));
  }

  onResponseData(_: Dispatcher.DispatchController, part: Buffer): void {
    if (this.#streamed) this.#streamed.push(part);
    else this.#parts.push(part);
  }

  onResponseEnd(): void {
    if (this.#streamed) {
      this.#end(this.#streamed.end);
      return;
    }
    const [first, ...others] = this.#parts;
    this.#end(() =>
      this.#resolve(responseOf(this.#status, this.#headers, first && others.length === 0 ? first : Buffer.concat(this.#parts))),
    );
  }

  onResponseError(_: unknown, cause: Error): void {
    this.#end(() => this.#fail(new TypeError('fetch failed', { cause })));
  }

  readonly #abort = (): void => {
    this.#end(() => this.#fail(this.#signal?.reason));
    this.#controller?.abort(ABORTED);
  };

  #fail(cause: unknown): void {
    if (this.#streamed) this.#streamed.fail(cause);
    else this.#reject(cause);
  }

  #end(how: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    how();
  }
}

type Answered = Readonly<Record<string, string | string[] | undefined>>;

/** What undici ends a request with; whoever waited has been told the signal's reason by then. */
const ABORTED = new Error('aborted');

/** What the client reads of a response. */
function responseOf(status: number, headers: Answered, bytes: Buffer): Response {
  const response: Pick<Response, 'ok' | 'status' | 'text' | 'json' | 'arrayBuffer'> & { readonly headers: Pick<Headers, 'get'> } = {
    ok: status >= 200 && status < 300,
    status,
    headers: {
      get(name) {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    text: async () => bytes.toString('utf8'),
    json: async () => JSON.parse(bytes.toString('utf8')),
    arrayBuffer: async () => new Uint8Array(bytes).buffer,
  };
  return response as unknown as Response;
}
