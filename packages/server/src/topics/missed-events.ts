/**
 * What lies between a client's position and its topic's newest event, as far as it fits: right after the position and without a hole, or
 * the reason why that cannot be. PROTOCOL.md P3.18: never a partial replay.
 *
 * Events expire by their time and are deleted in no order. Those of a topic are kept equally long, so that when the first one asked for is
 * to be kept, so are all after it; a hole is looked for all the same.
 */

import { type EventPosition, MAX_BEHIND, type ResetReason } from '@org/gateway-core/protocol';
import type { Clock } from '../websocket/clock.js';
import { runAfter } from './event-run.js';
import type { TopicEvent, TopicHead, TopicLog } from './topic-log.js';

export interface MissedEvents {
  readonly kind: 'events';
  /** Each as `[OFFSET,DATA]`. */
  readonly items: readonly string[];
  /** UTF-8 bytes of the items and of a comma after each. */
  readonly bytes: number;
  /** Offset of the last one, or of the position when there is none. */
  readonly at: number;
  /** Bytes of the event after these, when it was read and did not fit. */
  readonly nextBytes?: number;
}

export interface MissedTooMuch {
  readonly kind: 'reset';
  readonly reason: ResetReason;
}

export interface MissedRequest {
  readonly topic: string;
  readonly from: EventPosition;
  readonly head: Pick<TopicHead, 'epoch' | 'offset'>;
  readonly maxBytes: number;
}

const PAGE = 100;

/** The shortest event there is: `[1,0],`. */
const MIN_EVENT_BYTES = 6;

/** An event as it stands in a frame: its data is the text it was stored as. */
export function offsetEventText({ offset, data }: Pick<TopicEvent, 'offset' | 'data'>): string {
  return `[${offset},${data}]`;
}

/** Why a position cannot be served that is not even looked for in the log. */
export function resetReason(from: EventPosition, { epoch, offset }: Pick<TopicHead, 'epoch' | 'offset'>): ResetReason | undefined {
  if (from.epoch !== epoch) return 'epoch';
  if (from.offset > offset) return 'ahead';
  return offset - from.offset > MAX_BEHIND ? 'far' : undefined;
}

/** Events after the position, as many as fit; events that came after `head` was read are among them. Rejects when the log is throttled. */
export async function missedEvents(
  { topics, clock }: { readonly topics: Pick<TopicLog, 'read'>; readonly clock: Clock },
  { topic, from, head, maxBytes }: MissedRequest,
): Promise<MissedEvents | MissedTooMuch> {
  const reason = resetReason(from, head);
  if (reason) return { kind: 'reset', reason };
  const items: string[] = [];
  let bytes = 0;
  let at = from.offset;
  while (at < head.offset) {
    const limit = Math.min(PAGE, 1 + Math.floor(Math.max(0, maxBytes - bytes) / MIN_EVENT_BYTES));
    const { events, next } = runAfter(await topics.read(topic, at, limit), { epoch: head.epoch, offset: at });
    const [first] = events;
    if (!first || next !== undefined || first.expiresAtMs <= clock.now()) return { kind: 'reset', reason: 'trimmed' };
    for (const event of events) {
      const text = offsetEventText(event);
      const size = Buffer.byteLength(text) + 1;
      if (bytes + size > maxBytes) return { kind: 'events', items, bytes, at, nextBytes: size };
      items.push(text);
      bytes += size;
      at = event.offset;
    }
  }
  return { kind: 'events', items, bytes, at };
}
