/**
 * What a client and a call can be told. Durations are milliseconds, sizes UTF-8 bytes unless they say characters.
 */

import type { Clock } from './clock.js';
import type { ResetNotice } from './socket/event-queue.js';
import type { WebSocketConstructor } from './socket/web-socket.js';

/** Headers by name. The same name in another spelling is another header here, so keep to one: `authorization`. */
export type HeaderRecord = Readonly<Record<string, string>>;

/** Headers, or a function that makes them for every request: a fresh token, a trace id. */
export type HeadersSource = HeaderRecord | (() => HeaderRecord | Promise<HeaderRecord>);

/**
 * Stands between a caller and the client: runs the call, or opens the loop, and hands on what comes of it. Made by `validator(contract)` of
 * `./validate`. `tracked`: the loop's events have their ids.
 */
export type CallCheck = <TRunning>(path: string, input: unknown, run: () => TRunning, tracked?: boolean) => TRunning;

/** The `fetch` the client calls. */
export interface Fetch {
  (url: string, init: RequestInit): Promise<Response>;
  /** Makes the signals it is called with, where it has a quicker way. @default globalThis.AbortController */
  readonly AbortController?: new () => Pick<AbortController, 'abort' | 'signal'>;
}

/** Sends the events of a page and its network, as `window` does, and knows whether it is hidden. */
export interface PageEvents extends Pick<EventTarget, 'addEventListener' | 'removeEventListener'> {
  readonly document?: { readonly hidden: boolean } | undefined;
}

/** A JWT; nothing for a caller who is not signed in. */
export type Token = string | null | undefined;

/** Where tokens come from. */
export interface AuthOptions {
  /**
   * The token to call with, or nothing: the call is then anonymous. Never asked twice at the same time. With `forceRefresh` the last one was
   * refused or ends soon, and a cached one will not do. A GatewayError it throws ends what waits for the token; any other error counts as a
   * network that failed.
   */
  getToken(options: { readonly forceRefresh: boolean }): Token | Promise<Token>;
}

/** Options of `createHttpClient`. */
export interface HttpOptions {
  /** Where the REST API is, with its stage: `https://abc.execute-api.eu-central-1.amazonaws.com/prod`. */
  readonly url: string;
  /** Sent with every HTTP request. A browser's WebSocket cannot send headers: put a ticket into `socketUrl`. */
  readonly headers?: HeadersSource | undefined;
  /**
   * Signs every request: `authorization: Bearer …` over HTTP, a ticket when the socket opens. After a 401 a request is sent once more with
   * a refreshed token.
   */
  readonly auth?: AuthOptions | undefined;
  /** @default globalThis.fetch, looked up at every request */
  readonly fetch?: Fetch | undefined;
  /** How long a call may take, and a subscription until it has started. `Infinity` is 24 days. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a call over HTTP is repeated when it failed in a way that may pass: no answer, 429, 502, 503 or 504. Only queries and mutations
   * with a key are, after a random wait or what the answer says (`retry-after`), never beyond the call's deadline. @default 2
   */
  readonly retries?: number | undefined;
  /**
   * Ask for batches whose calls are answered each as it ends, none waiting for a slower one. Takes a stage that streams; any other answers in
   * one piece. @default false
   */
  readonly streaming?: boolean | undefined;
  /** Characters of a GET URL; queries beyond it travel in the next batch. @default 8_000 */
  readonly maxUrlLength?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Checks inputs before they are sent, and what comes back: `validator(contract)`. @default the server checks */
  readonly validate?: CallCheck | undefined;
  /** A number from 0 up to 1, for waits, and for names that nobody can guess. @default Math.random, and for names the platform's `crypto` */
  readonly random?: (() => number) | undefined;
}

/** Options of `createGatewayClient` and `gatewayLink`. */
export interface GatewayClientOptions extends HttpOptions {
  /**
   * Where the WebSocket API is: `wss://xyz.execute-api.eu-central-1.amazonaws.com/prod`. A function is asked before every connection
   * attempt, which is where a short-lived ticket goes; a GatewayError it throws ends what waits for the connection, any other error
   * counts as a failed attempt. API Gateway never serves both under one of its own hosts, so without it a subscription at such a `url`
   * is a BAD_REQUEST; anywhere else the default is `url` with `ws` for `http`.
   */
  readonly socketUrl?: string | (() => string | Promise<string>) | undefined;
  /** @default globalThis.WebSocket, and the `ws` package where there is none (Node 20) */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** The longest wait between connection attempts. @default 2_500, and 30_000 when they have failed for half a minute */
  readonly maxRetryDelayMs?: number | undefined;
  /** Where `online`, `offline`, `visibilitychange`, `pagehide`, `pageshow` and `resume` come from. @default globalThis, where it sends them */
  readonly page?: PageEvents | undefined;
}

/** Options of one query or mutation. */
export interface CallOptions {
  /** Aborts this call alone: it fails with CLIENT_CLOSED_REQUEST, others of its batch go on. */
  readonly signal?: AbortSignal | null | undefined;
  /** @default the client's */
  readonly timeoutMs?: number | undefined;
  /** Sent with this call, over the client's of the same name. Calls with different headers never share a batch. HTTP only. */
  readonly headers?: HeaderRecord | undefined;
  /** How it travels. @default 'http' */
  readonly over?: 'http' | 'socket' | undefined;
  /**
   * Under which the server executes a mutation at most once, so that it can be sent again when the answer did not come. 1 to 128 characters;
   * one that nobody can guess, unless the caller is signed in. `false`: none; then it fails with NETWORK_ERROR. @default one of its own for
   * every call
   */
  readonly key?: string | false | undefined;
  /** Over the socket: calls of one lane are sent one after the other, each when the one before has ended. @default none */
  readonly lane?: string | undefined;
  /** Over the socket: fails with NETWORK_ERROR instead of waiting for a connection. @default false */
  readonly volatile?: boolean | undefined;
}

/** Options of one subscription. */
export interface SubscribeOptions {
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal | null | undefined;
  /** Continue after this event. Absent: events published from now on. */
  readonly lastEventId?: string | undefined;
  /** Called when the server has started it, and again after every reconnect. */
  readonly onStarted?: (() => void) | undefined;
  /** Called whenever `state` of the subscription may have changed. */
  readonly onState?: (() => void) | undefined;
  /**
   * Called in its place among the events when some were missed for good; the loop goes on after `position`, once what this answers has
   * settled. Without it the loop throws PRECONDITION_FAILED.
   */
  readonly onReset?: ((notice: ResetNotice) => unknown) | undefined;
  /** How long until it must have started before it is asked for again. @default the client's */
  readonly timeoutMs?: number | undefined;
  /** Events that wait for a slow loop; when they are that many, the rest is fetched once the loop has caught up. @default 1_000 */
  readonly maxQueuedEvents?: number | undefined;
}
