/**
 * Who is connected. A row is made at `$connect` and goes away at `$disconnect` or, because that is best effort, after API Gateway's two
 * hours; nothing else depends on it being cleaned up. PROTOCOL.md section 3.2.
 */

import type { ConnectionInfo, User } from '../execute/context.js';

/** API Gateway cuts every connection after two hours. Source: API Gateway quotas, "Connection duration for WebSocket API". */
export const CONNECTION_LIFE_MS = 120 * 60_000;

/** How long rows of a connection are kept: the 2 h that API Gateway allows it, and ten minutes. */
export const CONNECTION_KEPT_MS = 130 * 60_000;

/** After this a connection is asked to move, ten minutes before API Gateway cuts it. */
export const CONNECTION_OLD_MS = 110 * 60_000;

export interface Connection {
  readonly id: string;
  readonly connectedAtMs: number;
  /** Whom the authorizer of `$connect` vouched for. */
  readonly user: User | null;
  /** What a client of ours calls itself through all its connections (`?session=`). */
  readonly session?: string | undefined;
  /** Set by our own client, whose URL has `gw=2`: it moves by itself before API Gateway cuts the connection (P3.21). */
  readonly gw?: true;
  /** Undefined while the client's connection parameters are on their way, P3.6. */
  readonly params: ConnectionInfo['params'] | undefined;
}

/** Reads are consistent. Every operation rejects with SERVICE_UNAVAILABLE when the store is throttled. */
export interface ConnectionStore {
  open(connection: Connection): Promise<void>;
  /** Undefined for a connection that is closed or never was. */
  get(connectionId: string): Promise<Connection | undefined>;
  /** `false` when there is no such connection: nothing is written. */
  setParams(connectionId: string, params: ConnectionInfo['params']): Promise<boolean>;
  /** `true` for the first caller only, so that `reconnect` is sent once, and never for a connection of our own client. */
  claimReconnect(connectionId: string): Promise<boolean>;
  /** Deletes the connection and its subscriptions, those by topic first. Deleting what is not there succeeds. */
  close(connectionId: string): Promise<void>;
}
