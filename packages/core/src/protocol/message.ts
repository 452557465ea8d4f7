/**
 * The frames of the socket, as types. They are tRPC's WebSocket messages (https://trpc.io/docs/server/websockets, 11.25) with one field
 * of ours, `svc`, which API Gateway's route selection reads. PROTOCOL.md section 3 is the normative text.
 */

import type { ErrorShape } from '../errors/error-shape.js';

/** The client chooses it; unique among the connection's open requests. */
export type RequestId = number | string;

/** A query, mutation or subscription. */
export interface CallFrame {
  readonly id: RequestId;
  readonly method: 'query' | 'mutation' | 'subscription';
  /** The service, for API Gateway's route selection; stock tRPC clients do not send it. */
  readonly svc?: string;
  readonly params: {
    /** `service.procedure`. */
    readonly path: string;
    readonly input?: unknown;
    /** Subscriptions: the id of the last event the client has. */
    readonly lastEventId?: string;
  };
}

/** Ends a subscription. */
export interface StopFrame {
  readonly id: RequestId;
  readonly method: 'subscription.stop';
  readonly svc?: string;
}

/** First frame of a stock client whose URL has `?connectionParams=1`. */
export interface ConnectionParamsFrame {
  readonly method: 'connectionParams';
  readonly data: Readonly<Record<string, string>> | null;
}

/** What a client may send, besides the bare texts `PING` and `PONG`. */
export type ClientFrame = CallFrame | StopFrame | ConnectionParamsFrame;

/** A success: one `data` for a call; `started`, any number of `data` with event ids, and `stopped` for a subscription. */
export interface ResultFrame {
  readonly id: RequestId;
  readonly result: /** `id` is the position it starts from: what to resume after until the first event has come. */
    | { readonly type: 'started'; readonly id?: string }
    | { readonly type: 'stopped' }
    | { readonly type: 'data'; readonly id?: string; readonly data: unknown };
}

/** A failure of a request, or with `id: null` of a frame that could not be read. */
export interface ErrorFrame {
  readonly id: RequestId | null;
  readonly error: ErrorShape;
}

/** The server asks the client to move to a new connection: open one, resubscribe, then close this one. */
export interface ReconnectFrame {
  readonly id: null;
  readonly method: 'reconnect';
}

/** What a server may send, besides the bare texts `PING` and `PONG`. */
export type ServerFrame = ResultFrame | ErrorFrame | ReconnectFrame;

/** The keep-alive texts. */
export const PING = 'PING';
export const PONG = 'PONG';
