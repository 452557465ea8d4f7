/**
 * Limits of API Gateway and Lambda that shape the wire, and the smaller ones we keep to stay clear of them. Bytes are UTF-8 bytes.
 * Source: API Gateway quotas (WebSocket and REST), Lambda quotas.
 */

/** A larger WebSocket frame closes the connection with 1009. */
export const GATEWAY_MAX_FRAME_BYTES = 32_768;

/** What we send at most: one frame, one billing unit. */
export const MAX_FRAME_BYTES = 32_000;

/** Calls in one HTTP batch or one socket frame. */
export const MAX_BATCH = 100;

/** Characters of a GET URL at which our client sends the next batch: edge-optimized APIs end at 8,192. */
export const MAX_URL_LENGTH = 8_000;

/** A Lambda's answer; API Gateway's own 10 MB are never reached. */
export const MAX_RESPONSE_BYTES = 6_291_556;

/** API Gateway gives up on a WebSocket integration after 29 s; we answer before. */
export const SOCKET_DEADLINE_MS = 28_000;

/** Pieces of one message; a larger message travels by reference. */
export const MAX_PARTS = 8;

/** Subscriptions of one connection. */
export const MAX_SUBSCRIPTIONS = 1_000;

/** Cursors in one `gw.sync`. */
export const MAX_CURSORS = 200;

/** Events a client may have missed and still be sent one by one; more is a reset. */
export const MAX_BEHIND = 5_000;
