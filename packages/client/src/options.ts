/**
 * What a client and a call can be told. Durations are milliseconds, sizes UTF-8 bytes unless they say characters.
 */

import type { Clock } from './clock.js';
import type { WebSocketConstructor } from './socket/web-socket.js';

/** Headers by name. The same name in another spelling is another header here, so keep to one: `authorization`. */
export type HeaderRecord = Readonly<Record<string, string>>;

/** Headers, or a function that makes them for every request: a fresh token, a trace id. */
export type HeadersSource = HeaderRecord | (() => HeaderRecord | Promise<HeaderRecord>);

/** The `fetch` the client calls. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends `online` and `offline` events. */
export type NetworkEvents = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** Options of `createHttpClient`. */
export interface HttpOptions {
  /** Where the REST API is, with its stage: `https://abc.execute-api.eu-central-1.amazonaws.com/prod`. */
  readonly url: string;
  /** Sent with every HTTP request. A browser's WebSocket cannot send headers: put a ticket into `socketUrl`. */
  readonly headers?: HeadersSource | undefined;
  /** @default globalThis.fetch, looked up at every request */
  readonly fetch?: Fetch | undefined;
  /** How long a call may take, and a subscription until it has started. `Infinity` is 24 days. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  /** Characters of a GET URL; queries beyond it travel in the next batch. @default 8_000 */
  readonly maxUrlLength?: number | undefined;
  readonly clock?: Clock | undefined;
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
  /** The longest wait between connection attempts. @default 5_000 */
  readonly maxRetryDelayMs?: number | undefined;
  /**
   * Time between PINGs. The default only keeps API Gateway's idle limit of 10 minutes away; 15_000 notices a dead connection within
   * 25 s, and is billed as 4 messages a minute each way. @default 540_000
   */
  readonly pingIntervalMs?: number | undefined;
  /** Where `online` and `offline` events come from. @default globalThis, where it sends them */
  readonly network?: NetworkEvents | undefined;
  /** A number from 0 up to 1, for the wait between attempts. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Options of one query or mutation. */
export interface CallOptions {
  /** Aborts this call alone: it fails with CLIENT_CLOSED_REQUEST, others of its batch go on. */
  readonly signal?: AbortSignal | null | undefined;
  /** @default the client's */
  readonly timeoutMs?: number | undefined;
  /** Sent with this call, over the client's of the same name. Calls with different headers never share a batch. HTTP only. */
  readonly headers?: HeaderRecord | undefined;
  /** How it travels. A mutation in flight when the socket drops fails with NETWORK_ERROR and is never repeated. @default 'http' */
  readonly over?: 'http' | 'socket' | undefined;
}

/** Options of one subscription. */
export interface SubscribeOptions {
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal | null | undefined;
  /** Continue after this event. Absent: events published from now on. */
  readonly lastEventId?: string | undefined;
  /** Called when the server has started it, and again after every reconnect. */
  readonly onStarted?: (() => void) | undefined;
  /** How long until it must have started before it is asked for again. @default the client's */
  readonly timeoutMs?: number | undefined;
  /** Events that wait for a slow loop; when they are that many, the rest is fetched once the loop has caught up. @default 1_000 */
  readonly maxQueuedEvents?: number | undefined;
}
