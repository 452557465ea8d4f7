/**
 * Who is connected. A row is made at `$connect` and goes away at `$disconnect` or, because that is best effort, after API Gateway's two
 * hours; nothing else depends on it being cleaned up. PROTOCOL.md section 3.2.
 */

import type { ConnectionInfo } from '../execute/context.js';
import type { Identity } from '../identity/identity.js';

/** API Gateway cuts every connection after two hours. Source: API Gateway quotas, "Connection duration for WebSocket API". */
export const CONNECTION_LIFE_MS = 120 * 60_000;

/** How long rows of a connection are kept: the 2 h that API Gateway allows it, and ten minutes. */
export const CONNECTION_KEPT_MS = 130 * 60_000;

/** After this a connection is asked to move, ten minutes before API Gateway cuts it. */
export const CONNECTION_OLD_MS = 110 * 60_000;

export interface Connection {
  readonly id: string;
  readonly connectedAtMs: number;
  /** Who opened it or has signed in on it, null for nobody. Its end is not looked at here. */
  readonly user: Identity | null;
  /** The token in the connection parameters did not do, and why: every call is answered with this code. */
  readonly refused?: 'UNAUTHORIZED' | 'SERVICE_UNAVAILABLE';
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
  setParams(connectionId: string, params: ConnectionInfo['params'], refused?: Connection['refused']): Promise<boolean>;
  /**
   * Makes a connection that is nobody's a user's, or replaces the sign-in of the same one. `other`: it is another user's, nothing is written.
   * The connection is among the user's from before it is so.
   */
  signIn(connectionId: string, user: Identity): Promise<'done' | 'other' | 'gone'>;
  /** Makes it nobody's. */
  signOut(connectionId: string): Promise<void>;
  /** A user's connections; some may be closed. */
  ofUser(userId: string): Promise<readonly string[]>;
  /** `true` for the first caller only, so that `reconnect` is sent once, and never for a connection of our own client. */
  claimReconnect(connectionId: string): Promise<boolean>;
  /** Deletes the connection and its subscriptions, those by topic first. Deleting what is not there succeeds. */
  close(connectionId: string): Promise<void>;
}
