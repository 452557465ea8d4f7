/**
 * The facts of one call, as handlers see them on `ctx`. Costly things are functions: a connection is looked up, a signal made, only
 * for the handler that asks.
 */

import type { Logger } from '../telemetry/logger.js';

/** Claims of a service that declares no schema for them. */
export type AnyClaims = Readonly<Record<string, unknown>>;

/** A signed-in caller. */
export interface User<TClaims = AnyClaims> {
  /** `sub` of the token; of an AWS identity its ARN. */
  readonly id: string;
  /** What the token says, read by the schema of the service (`claims` in its declaration). */
  readonly claims: TClaims;
  /** What the token allows. @default `scope` of the claims */
  readonly scopes?: readonly string[];
  /** End of the token, in epoch milliseconds. Absent where none is known: AWS identities, authorizers. */
  readonly expiresAtMs?: number;
  /** When the user signed in (`auth_time`), or where the token does not say its beginning, in epoch milliseconds; a revocation refuses a token that has neither. */
  readonly issuedAtMs?: number;
}

/** The socket a call came over. */
export interface ConnectionInfo {
  readonly id: string;
  /** What a client of ours calls itself through all its connections: secret, and nobody vouches for it. */
  readonly session?: string | undefined;
  /** What the client opened it with; empty when it sent nothing. */
  readonly params: Readonly<Record<string, string>>;
}

export interface CallContext<TClaims = AnyClaims> {
  /** Null for an anonymous caller. Handlers of procedures that need a user have one: theirs is not null. */
  readonly user: User<TClaims> | null;
  readonly transport: 'http' | 'socket';
  /** API Gateway's request id. */
  readonly requestId: string;
  /**
   * The socket this call came over, null over HTTP. Waits up to 2 s for connection parameters that are on their way (PROTOCOL.md
   * P3.6), then rejects with UNAUTHORIZED.
   */
  connection(): Promise<ConnectionInfo | null>;
  /**
   * Aborted when nobody waits any more: at the deadline of the caller or of the function, whichever is first (PROTOCOL.md P3.24). The reason
   * is a GatewayError TIMEOUT, so that what is given the signal, `fetch` for one, fails with it.
   */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  now(): number;
  readonly log: Logger;
}
