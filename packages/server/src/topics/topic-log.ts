/**
 * A topic's log: its events under dense offsets, and how far they have been delivered. An event is a conditional put of `head + 1`, so a
 * hole cannot come to be: offset n + 1 is written only by who saw n. PROTOCOL.md section 3.4.
 *
 * Every new event, and every wake, makes one record of the log's stream, which sets the fan-out to work. Records carry no more than
 * "look at this topic": the fan-out reads the log itself.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { EventPosition } from '@org/gateway-core/protocol';
import type { Wake } from './wake.js';

export interface TopicEvent extends EventPosition {
  /** The event as JSON text. */
  readonly data: string;
  /** Epoch milliseconds from when on it may vanish. */
  readonly expiresAtMs: number;
}

/** Where a topic stands. */
export interface TopicHead {
  readonly epoch: string;
  /** Offset of the newest event, 0 before the first. Events may have expired; their offsets are never used again. */
  readonly offset: number;
  /** Everything up to here has been sent to all subscribers of the time. */
  readonly delivered: number;
}

/** Reads are consistent. Every operation rejects with SERVICE_UNAVAILABLE when the store is throttled. */
export interface TopicLog {
  /**
   * Stores an event under the next offset, and keeps it at least `retainSeconds`. Rejects with PAYLOAD_TOO_LARGE for an event that no
   * frame could carry and SERVICE_UNAVAILABLE when other publishers always came first; nothing is stored then.
   */
  append(topic: string, dataJson: string, retainSeconds: number): Promise<EventPosition>;
  /** Where the topic stands. A topic without a memory begins a new epoch. */
  head(topic: string): Promise<TopicHead>;
  /** Events after an offset in their order, at most `limit`; empty only when there are none. May have a gap where events expired. */
  read(topic: string, after: number, limit: number): Promise<readonly TopicEvent[]>;
  /** Moves `delivered` forward, never back, and not in another epoch. */
  advance(topic: string, delivered: EventPosition): Promise<void>;
  /** Sets the fan-out to work on one subscription. The same wake again is no second one. */
  wake(topic: string, wake: Wake): Promise<void>;
}

/** Bytes of an event: a frame may have 131,072, and the longest request id and the rest of the frame take under 2,000. */
const MAX_EVENT_BYTES = 128_000;

/**
 * Events are kept no shorter than this. A put that was delayed (a frozen function, a slow retry) carries a signature that AWS refuses
 * after 15 minutes; until then the offset it aims at must still be taken, or it would be given out twice.
 */
const MIN_RETAIN_SECONDS = 1_200;

/** Attempts of an append: at 200 publishes a second on one topic the mean is 2. */
export const APPEND_ATTEMPTS = 30;

/** Full jitter before an append's next attempt, in milliseconds. */
export function appendPauseMs(attempt: number, random: () => number): number {
  return random() * Math.min(200, 2 * 2 ** attempt);
}

/** Epoch milliseconds until when an event is kept. */
export function expiryMs(nowMs: number, retainSeconds: number): number {
  return nowMs + 1000 * Math.max(retainSeconds, MIN_RETAIN_SECONDS);
}

/**
 * Refuses an event that no frame could carry.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE
 */
export function checkEventSize(topic: string, dataJson: string): void {
  const bytes = Buffer.byteLength(dataJson);
  if (bytes <= MAX_EVENT_BYTES) return;
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `[PAYLOAD_TOO_LARGE] an event on ${topic} has ${bytes} bytes, a frame carries ${MAX_EVENT_BYTES}; store it and publish where`,
  );
}
