/**
 * What of the log can be sent: events without a gap, of one epoch. Events expire out of order, so what is read may have holes.
 *
 * An event is of the epoch that its topic's memory has, whatever its row says: who stored it may have remembered the epoch before. Offsets
 * go on when a memory is lost, so that an offset after a position of the new epoch is an event after it.
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
  const end = events.findIndex(({ offset }, at) => offset !== after.offset + 1 + at);
  const run = end < 0 ? events : events.slice(0, end);
  return { events: run.map((event) => ({ ...event, epoch: after.epoch })), next: events[run.length]?.offset };
}
