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

export interface AppendOptions {
  /**
   * 1 to 128 characters, of this topic. Publishing again with it within 24 hours stores nothing and answers what the first time did, also
   * when the first publisher never learned the answer. Another event under it is a CONFLICT.
   */
  readonly idempotencyKey?: string | undefined;
}

/** A message of a FIFO queue whose events are numbered by one reader. */
export interface SequencedMessage {
  /** The event as JSON text. */
  readonly data: string;
  /** SQS's `SequenceNumber`: digits, ascending within the topic's message group. */
  readonly sequence: string;
  readonly idempotencyKey?: string | undefined;
  /** Which event of the batch that was published under the key, from 0. @default 0 */
  readonly part?: number | undefined;
}

/** Reads are consistent. Every operation rejects with SERVICE_UNAVAILABLE when the store is throttled. */
export interface TopicLog {
  /**
   * Stores events under the next offsets, in their order, and keeps them at least `retainSeconds`; resolves with the first one's position.
   * Up to 99 events of 3.5 MB are one run: without a gap between them, and all or none. A longer batch is several runs one after the
   * other, between which other publishers may come; when it fails in the middle the runs before stay, and publishing it again with its
   * idempotency key stores the others.
   *
   * Rejects, and stores nothing of the run: PAYLOAD_TOO_LARGE for an event that no frame could carry (nothing of the batch), CONFLICT for
   * other events under a known key, BAD_REQUEST for a malformed key, SERVICE_UNAVAILABLE when other publishers always came first.
   */
  append(topic: string, dataJson: string | readonly string[], retainSeconds: number, options?: AppendOptions): Promise<EventPosition>;
  /**
   * Stores at most 10 messages of a FIFO queue as one run, without those that were stored before: messages up to the topic's last sequence
   * number, and those whose idempotency key is known. A batch that comes again therefore adds nothing, wherever its reader died.
   */
  sequence(topic: string, messages: readonly SequencedMessage[], retainSeconds: number): Promise<void>;
  /** Where the topic stands. A topic without a memory begins a new epoch. */
  head(topic: string): Promise<TopicHead>;
  /** Where the topic stands; undefined for one without a memory, which stays so. Only reads. */
  peek(topic: string): Promise<TopicHead | undefined>;
  /** Events after an offset in their order, at most `limit`; empty only when there are none. May have a gap where events expired. */
  read(topic: string, after: number, limit: number): Promise<readonly TopicEvent[]>;
  /** Moves `delivered` forward, never back, and not in another epoch. */
  advance(topic: string, delivered: EventPosition): Promise<void>;
  /** Sets the fan-out to work on one subscription. The same wake again is no second one. */
  wake(topic: string, wake: Wake): Promise<void>;
}

/** Bytes of an event: a frame may have 131,072, and the longest request id and the rest of the frame take under 2,000. */
export const MAX_EVENT_BYTES = 128_000;

/**
 * Events are kept no shorter than this. A put that was delayed (a frozen function, a slow retry) carries a signature that AWS refuses
 * after 15 minutes; until then the offset it aims at must still be taken, or it would be given out twice.
 */
export const MIN_RETAIN_SECONDS = 1_200;

/** Attempts of an append: at 200 publishes a second on one topic the mean is below 4, at 50 it is 1.3 (`npm run bench -- contention`). */
export const APPEND_ATTEMPTS = 30;

/**
 * Full jitter before an append's next attempt, in milliseconds. Short: an attempt fails by others' success alone, so waiting does not make
 * the next one likelier, and a long wait only leaves the unlucky behind.
 */
export function appendPauseMs(attempt: number, random: () => number): number {
  return random() * Math.min(40, 5 * 2 ** attempt);
}

/** Epoch milliseconds until when an event is kept. */
export function expiryMs(nowMs: number, retainSeconds: number): number {
  return nowMs + 1000 * Math.max(retainSeconds, MIN_RETAIN_SECONDS);
}

/**
 * Refuses a batch that is empty or has an event that no frame could carry.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE, or INTERNAL_SERVER_ERROR for no event at all.
 */
export function checkEvents(topic: string, events: readonly string[]): void {
  if (events.length === 0)
    throw new GatewayError('INTERNAL_SERVER_ERROR', `a batch on ${topic} has no event; publish at least one, or nothing`);
  const sizes = events.map((event) => Buffer.byteLength(event));
  const bytes = sizes.find((size) => size > MAX_EVENT_BYTES);
  if (bytes === undefined) return;
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `[PAYLOAD_TOO_LARGE] an event on ${topic} has ${bytes} bytes, a frame carries ${MAX_EVENT_BYTES}; store it and publish where`,
  );
}
