/**
 * What of the log can be sent: events without a gap, of one epoch. Events expire out of order, so what is read may have holes.
 */

import type { EventPosition } from '@org/gateway-core/protocol';
import type { TopicEvent } from './topic-log.js';

export interface EventRun {
  /** Events right after the position, one after the other. */
  readonly events: readonly TopicEvent[];
  /** Offset of the first event behind the gap; undefined when nothing is known behind the run. */
  readonly next: number | undefined;
}

/** The part of `events` that goes on right after `after`. */
export function runAfter(events: readonly TopicEvent[], after: EventPosition): EventRun {
  const end = events.findIndex(({ epoch, offset }, at) => epoch !== after.epoch || offset !== after.offset + 1 + at);
  return end < 0 ? { events, next: undefined } : { events: events.slice(0, end), next: events[end]?.offset };
}
