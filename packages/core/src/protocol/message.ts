/**
 * The frames of the socket, as types. They are tRPC's WebSocket messages (https://trpc.io/docs/server/websockets, 11.25) with one field
 * of ours, `svc`, which API Gateway's route selection reads. PROTOCOL.md section 3 is the normative text.
 */

import type { ErrorShape } from '../errors/error-shape.js';
import type { WirePath } from './wire-value.js';

/** The client chooses it; unique among the connection's open requests. */
export type RequestId = number | string;

/** The version of our own extensions, PROTOCOL.md section 3.6. Stock clients send none. */
export const GATEWAY_PROTOCOL = 2;

/** `svc` of frames that are for the gateway itself and no service's. */
export const GATEWAY_SERVICE = 'gw';

/** A query, mutation or subscription. */
export interface CallFrame {
  readonly id: RequestId;
  readonly method: 'query' | 'mutation' | 'subscription';
  /** The service, for API Gateway's route selection; stock tRPC clients do not send it. */
  readonly svc?: string;
  /** Set on subscriptions of our client: events come as `gw.ev`, in any order, and it asks for what it misses. P3.16 */
  readonly gw?: typeof GATEWAY_PROTOCOL;
  /** Idempotency key of a mutation, 1 to 128 characters. P3.23 */
  readonly k?: string;
  /** Milliseconds the caller is still willing to wait. P3.24 */
  readonly dl?: number;
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

/** Where a client stands in one of its subscriptions: request id and the id of the last event it has in order. */
export type SyncCursor = readonly [id: RequestId, position: string];

/** "What did I miss, and are you there?", P3.19. Asks the gateway, not a service. */
export interface SyncFrame {
  readonly id: null;
  readonly method: 'gw.sync';
  readonly svc?: string;
  readonly params: {
    /** Repeated in the answer. */
    readonly n: number;
    readonly c: readonly SyncCursor[];
  };
}

/** A piece of a message that is too large for one frame, either way. The pieces' texts, put together, are the message. P3.26 */
export interface PartFrame {
  readonly id: null;
  readonly method: 'gw.part';
  readonly svc?: string;
  readonly params: {
    /** Names the message among those of the connection, 1 to 64 characters. */
    readonly k: string;
    /** From 0. */
    readonly i: number;
    /** How many there are, 2 to MAX_PARTS. */
    readonly n: number;
    /** A piece of the message's JSON text. */
    readonly d: string;
  };
}

/** A message of a client that is too large for parts: it lies under a key that `gw.upload` gave. P3.27 */
export interface UploadedFrame {
  readonly id: null;
  readonly method: 'gw.ref';
  readonly svc?: string;
  readonly params: { readonly key: string; readonly bytes: number; readonly sha256: string };
}

/** Asks where to put a message that is too large for parts. Answered with `UploadPlace` as data. P3.27 */
export interface UploadFrame {
  readonly id: RequestId;
  readonly method: 'gw.upload';
  readonly svc?: string;
  readonly params: { readonly bytes: number; readonly sha256: string };
}

/** Where to PUT a message, and the key to send instead of it. */
export interface UploadPlace {
  readonly url: string;
  /** To be sent with the PUT. */
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
}

/** Says who the connection is from now on: with the token of a user, or with null of nobody any more. Answered with `AuthAnswer` as data. P5.9 */
export interface AuthFrame {
  readonly id: RequestId | null;
  readonly method: 'gw.auth';
  readonly svc?: string;
  readonly params: { readonly token: string | null };
}

/** How long calls of the connection that need a user are served; null for a connection that is nobody's. */
export interface AuthAnswer {
  readonly expiresInMs: number | null;
}

/** `service.procedure` of the mutation that gives a ticket, over HTTP. P5.6 */
export const TICKET_PROCEDURE = 'gw.ticket';

/** Lets its owner open one connection, as `ticket=` in the URL. P5.6 */
export interface Ticket {
  readonly ticket: string;
  readonly expiresInMs: number;
  /** How long the caller's sign-in lasts, null for ever. */
  readonly signedInMs: number | null;
}

/** What a client may send, besides the bare texts `PING` and `PONG`. */
export type ClientFrame = CallFrame | StopFrame | ConnectionParamsFrame | SyncFrame | PartFrame | UploadedFrame | UploadFrame | AuthFrame;

/** A success: one `data` for a call; `started`, any number of `data` with event ids, and `stopped` for a subscription. */
export interface ResultFrame {
  readonly id: RequestId;
  readonly result: /** `id` is the position it starts from: what to resume after until the first event has come. */
    | { readonly type: 'started'; readonly id?: string; readonly gw?: GatewayStart }
    | { readonly type: 'stopped' }
    | { readonly type: 'data'; readonly id?: string; readonly data: unknown; readonly codecs?: readonly WirePath[] | undefined };
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

/**
 * Why a position cannot be served: the log was lost and begun again, events after it are no longer kept, more were missed than are
 * replayed, or there is no such event.
 */
export type ResetReason = 'epoch' | 'trimmed' | 'far' | 'ahead';

/** An event of a topic: its offset, and what was published. */
export type OffsetEvent = readonly [offset: number, data: unknown];

/** What our client learns when a subscription starts. P3.16 */
export interface GatewayStart {
  /** The topic, as `gw.ev` names it. */
  readonly t: string;
  /** Id of the newest event, `EPOCH.0` before the first. */
  readonly h: string;
  /** The events right after the frame's position; those that did not fit are asked for with `gw.sync`. */
  readonly x: readonly OffsetEvent[];
  /** The position asked for cannot be served: the subscription begins after `h`, and what lay between is missed. P3.18 */
  readonly reset?: ResetReason;
  /** Where texts of the events stand for something else. P2.16 */
  readonly c?: readonly WirePath[];
}

/** Events of a topic as they happen, for all subscriptions of the connection to it. P3.17 */
export interface EventsFrame {
  readonly id: null;
  readonly method: 'gw.ev';
  readonly params: { readonly t: string; readonly e: string; readonly x: readonly OffsetEvent[] };
}

/**
 * One subscription in the answer to `gw.sync`: its newest event, the events right after the cursor as far as they fit, and the reason if
 * it was reset to `head`. `null`: the gateway does not know this subscription, subscribe again.
 */
export type SyncState =
  | readonly [id: RequestId, head: null]
  | readonly [id: RequestId, head: string, events?: readonly OffsetEvent[], reset?: ResetReason];

/** The answer to `gw.sync`: an entry for every subscription that is not at its head. P3.20 */
export interface SyncedFrame {
  readonly id: null;
  readonly method: 'gw.sync';
  readonly params: {
    readonly n: number;
    readonly s: readonly SyncState[];
    /** Milliseconds until API Gateway cuts the connection. */
    readonly exp: number;
    /** Something could not be read now: ask again after so many milliseconds. */
    readonly again?: number;
  };
}

/** The server closes the connection, and says whether to come back. P3.22 */
export interface ByeFrame {
  readonly id: null;
  readonly method: 'gw.bye';
  readonly params: { readonly code: number; readonly why: string; readonly retry: boolean };
}

/** A message that is too large for parts: fetch it, and read it as if it had come as a frame. P3.27 */
export interface ReferenceFrame {
  readonly id: null;
  readonly method: 'gw.ref';
  readonly params: { readonly url: string; readonly bytes: number; readonly sha256: string };
}

/** What a server may send, besides the bare texts `PING` and `PONG`. */
export type ServerFrame = ResultFrame | ErrorFrame | ReconnectFrame | EventsFrame | SyncedFrame | ByeFrame | PartFrame | ReferenceFrame;

/** The keep-alive texts. */
export const PING = 'PING';
export const PONG = 'PONG';
