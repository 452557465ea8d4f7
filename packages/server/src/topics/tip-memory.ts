/**
 * Tips that a process remembers, so that an append need not read first. A tip is used for 10 s after the last append: events are kept for 20
 * minutes at least, so the offset after it is either free or taken, never taken once and expired since. After a minute it is read again in
 * any case: a publisher that goes on must learn of a new epoch. Who was overtaken reads first from then on, until nobody else came between two
 * appends of its own: where several publish, a remembered tip is mostly wrong, and a refused write costs as much as one that is done.
 */

import type { Clock } from '../websocket/clock.js';
import type { Tip } from './topic-tip.js';

const KEPT_MS = 10_000;
const MAX_AGE_MS = 60_000;

/** Topics a process remembers. */
const MAX_TOPICS = 1_000;

interface Remembered {
  readonly tip: Tip;
  /** Nobody else has published lately. */
  readonly alone: boolean;
  readonly readAtMs: number;
  readonly usedAtMs: number;
  /** Appends of this process, none more than 10 s after the one before. */
  readonly streak: number;
}

export interface TipMemory {
  /** Undefined: read it. */
  tipOf(topic: string): Tip | undefined;
  /** What was known when this process appended last; others may have come since. Undefined when that is too long ago. */
  lastOf(topic: string): Tip | undefined;
  /** Appends in a row up to now, 0 for a topic that this process has not published to for a while. */
  streakOf(topic: string): number;
  /** After an append. `from`: the newest offset that was read for it, undefined when the tip was remembered; `whole`: with the topic's memory. */
  remember(topic: string, tip: Tip, from: number | undefined, whole: boolean): void;
  /** Somebody else came first. `tip`: what this process had reserved all the same. */
  overtaken(topic: string, tip?: Tip): void;
  /** What was known is of another epoch, perhaps. */
  doubted(topic: string): void;
}

/** Nothing remembered yet. */
export function createTipMemory(clock: Clock): TipMemory {
  const topics = new Map<string, Remembered>();
  const recent = (topic: string): Remembered | undefined => {
    const known = topics.get(topic);
    return known && clock.now() - known.usedAtMs < KEPT_MS ? known : undefined;
  };
  return {
    tipOf: (topic) => {
      const known = recent(topic);
      return known?.alone && clock.now() - known.readAtMs < MAX_AGE_MS ? known.tip : undefined;
    },
    lastOf: (topic) => {
      const known = recent(topic);
      return known && clock.now() - known.readAtMs < MAX_AGE_MS ? known.tip : undefined;
    },
    streakOf: (topic) => recent(topic)?.streak ?? 0,
    remember: (topic, tip, from, whole) => {
      const known = recent(topic);
      const nowMs = clock.now();
      const alone = known === undefined || from === undefined || from === known.tip.offset;
      const readAtMs = whole ? nowMs : (known?.readAtMs ?? nowMs);
      topics.delete(topic);
      topics.set(topic, { tip, alone, readAtMs, usedAtMs: nowMs, streak: (known?.streak ?? 0) + 1 });
      if (topics.size > MAX_TOPICS) topics.delete(topics.keys().next().value as string);
    },
    doubted: (topic) => {
      const known = topics.get(topic);
      if (known) topics.set(topic, { ...known, readAtMs: Number.NEGATIVE_INFINITY });
    },
    overtaken: (topic, tip) => {
      const known = topics.get(topic);
      if (known === undefined) return;
      const reserved = tip?.epoch === known.tip.epoch ? Math.max(tip.reserved, known.tip.reserved) : known.tip.reserved;
      topics.set(topic, { ...known, tip: { ...known.tip, reserved }, alone: false });
    },
  };
}
