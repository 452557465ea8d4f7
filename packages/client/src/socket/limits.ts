/**
 * The socket's numbers, in one file because bundlers write a constant of another file in its place.
 */

/** How long to wait for a connection, and for what a replaced link still owes: more than a Lambda's cold start. */
export const PATIENCE_MS = 10_000;

/** How long a `gw.sync` may take before it is sent again, and after that before the link is left. PROTOCOL.md P3.19. */
export const SYNC_DEADLINE_MS = 5_000;

/** Time between two `gw.sync` while the page is visible and subscribed. PROTOCOL.md P3.19. */
export const VISIBLE_SYNC_MS = 30_000;

/** The same while it is hidden. */
export const HIDDEN_SYNC_MS = 240_000;

/** The same without subscriptions: API Gateway closes a connection that is idle for 10 minutes. */
export const IDLE_SYNC_MS = 540_000;

/** Silence after a call, or where events followed each other closely, is asked about after this time, give or take an eighth. PROTOCOL.md P3.19. */
export const QUIET_MS = 4_000;

/** So many messages that follow each other within that time make a subscription one that is not expected to fall silent. */
export const LIVELY_EVENTS = 4;

/** A page that wakes and has heard nothing for this long asks at once. */
export const SILENCE_MS = 10_000;

/** How long a hole may stay open: what comes out of order is mostly there by then. PROTOCOL.md P3.17. */
export const GAP_MS = 200;

/** Events that came too early and are kept until those before them are there. PROTOCOL.md P3.17. */
export const MAX_EARLY_EVENTS = 256;

/** Characters of their JSON. */
export const MAX_EARLY_LENGTH = 1_000_000;

/** The close code of our own wish, and of a connection that broke. PROTOCOL.md P3.15. */
export const NORMAL = 1000;
export const BROKEN = 1006;

/** A link that has been up for this long counts as good: after it breaks, the next attempt is made at once. PROTOCOL.md P3.14. */
export const STABLE_MS = 30_000;

/** The longest wait after the first attempt that failed; it doubles up to the cap. PROTOCOL.md P3.14. */
export const FIRST_RETRY_MS = 500;

/** The cap, unless `maxRetryDelayMs` says otherwise: who is back within half a minute is served within three seconds, handshake included. */
export const MAX_RETRY_MS = 2_500;

/** The cap of those who have tried for so long. */
export const PATIENT_AFTER_MS = 30_000;
export const PATIENT_RETRY_MS = 30_000;

/** A client moves so long before API Gateway cuts the connection, up to twice as long by chance. PROTOCOL.md P3.21. */
export const MOVE_AHEAD_MS = 300_000;

/** How long a connection that nobody needs is kept for the next who does. */
export const LINGER_MS = 1_000;

/** Subscriptions that are opened at once, and then every second: each costs the server a function call. */
export const SUBSCRIPTIONS_PER_SECOND = 20;

/** Events that wait for a slow loop, unless `maxQueuedEvents` says otherwise. */
export const MAX_QUEUED_EVENTS = 1_000;

/** Calls over the socket that wait for their answers, and characters of their inputs. More are refused with BACKPRESSURE. */
export const MAX_OUTBOX_CALLS = 500;
export const MAX_OUTBOX_LENGTH = 1_000_000;

/** Of a frame's 32,000 bytes, all but what the rest takes at most: the path twice, an event id, names and punctuation. PROTOCOL.md P3.1. */
export const MAX_INPUT_BYTES = 31_500;

/** What a call that may wait for ever says: JSON has no infinity. */
export const MAX_DEADLINE_MS = 1e9;
