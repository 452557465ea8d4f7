/**
 * The socket's numbers, in one file because bundlers write a constant of another file in its place.
 */

/** How long to wait for a connection, for a PONG, and for the answers a replaced link still owes: more than a Lambda's cold start. */
export const PATIENCE_MS = 10_000;

/** The close code of a connection that broke. PROTOCOL.md P3.15. */
export const BROKEN = 1006;

/** PINGs by default: API Gateway closes a connection that is idle for 10 minutes. */
export const PING_INTERVAL_MS = 540_000;

/** A link that has been up for this long counts as good: after it breaks, the next attempt is made at once. */
export const STABLE_MS = 5_000;

/** The wait after the first attempt that failed, before jitter; it doubles up to the longest. PROTOCOL.md P3.14. */
export const FIRST_RETRY_MS = 500;

/** The longest wait, unless `maxRetryDelayMs` says otherwise. */
export const MAX_RETRY_MS = 5_000;

/** How long a connection that nobody needs is kept for the next who does. */
export const LINGER_MS = 1_000;

/** How often a hole is asked for before the server is taken at its word that it cannot fill it. */
export const MAX_GAP_REQUESTS = 5;

/** Events that wait for a slow loop, unless `maxQueuedEvents` says otherwise. */
export const MAX_QUEUED_EVENTS = 1_000;

/** Of a frame's 32,000 bytes, all but what the rest takes at most: the path twice, an event id, names and punctuation. PROTOCOL.md P3.1. */
export const MAX_INPUT_BYTES = 31_500;
