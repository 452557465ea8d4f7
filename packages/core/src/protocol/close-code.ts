/**
 * Close codes a client meets, and what it does with them. API Gateway sends the first group; ours are in the private range.
 * Source: API Gateway WebSocket API status codes, and RFC 6455 section 7.4.
 */

/** Close codes by name. */
export const CLOSE_CODES = {
  /** Either side is done. */
  NORMAL: 1000,
  /** Idle for 10 minutes, open for 2 hours, or the server goes away. */
  GOING_AWAY: 1001,
  /** A binary frame: API Gateway takes text only. */
  UNSUPPORTED_DATA: 1003,
  /** No close frame arrived: the connection broke, or the handshake was refused. Never sent. */
  ABNORMAL: 1006,
  /** The client broke a rule of the gateway. */
  POLICY_VIOLATION: 1008,
  /** A frame over 32 KB or a message over 128 KB. */
  TOO_LARGE: 1009,
  INTERNAL_ERROR: 1011,
  SERVICE_RESTART: 1012,
} as const;

/** Codes of `gw.bye`, which says why before API Gateway closes with one of its own (P3.22). */
export const BYE_CODES = {
  /** The sign-in has ended: its token has expired, or its user's sessions were revoked. P5.11, P5.12 */
  SIGNED_OUT: 4401,
} as const;
