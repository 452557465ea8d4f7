/**
 * Follows a topic by reading its log, for the tRPC router: a process that serves sockets itself needs no fan-out. The rules are those of
 * the socket (PROTOCOL.md P3.8, P3.9): every event after the position, in order, once; a position that cannot be served, and a gap
 * that opens later, end in PRECONDITION_FAILED. New events are noticed by looking at the head every so often.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type EventPosition, formatEventId, parseEventId } from '@org/gateway-core/protocol';
import type { TopicEvent, TopicLog } from '../topics/topic-log.js';
import type { Clock } from '../websocket/clock.js';

export interface FollowOptions {
  readonly topic: string;
  readonly from: EventPosition;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
  readonly log: TopicLog;
  readonly clock: Clock;
  /** How often the head is looked at while nothing happens. */
  readonly pollMs: number;
}

/** Events read at once. */
const READ_LIMIT = 100;

/**
 * Where to begin: after the last event a client has, or without one after the newest there is.
 *
 * @throws GatewayError PRECONDITION_FAILED when events after that one are gone, or it is no event of this log.
 */
export async function startPosition(log: TopicLog, topic: string, lastEventId: string | undefined): Promise<EventPosition> {
  const { epoch, offset } = await log.head(topic);
  if (lastEventId === undefined) return { epoch, offset };
  const last = parseEventId(lastEventId);
  if (last?.epoch !== epoch || last.offset > offset) throw notServable(lastEventId);
  const [next] = await log.read(topic, last.offset, 1);
  const isWhole = next === undefined ? last.offset === offset : next.offset === last.offset + 1;
  if (!isWhole) throw notServable(lastEventId);
  return last;
}

/** The events after a position, until the signal is aborted. */
export async function* followTopic(options: FollowOptions): AsyncGenerator<TopicEvent, void> {
  const { topic, from, signal, log, clock, pollMs } = options;
  let { offset } = from;
  while (!signal?.aborted) {
    const head = await log.head(topic);
    const id = formatEventId({ epoch: from.epoch, offset });
    if (head.epoch !== from.epoch) throw notServable(id);
    const events = head.offset > offset ? await log.read(topic, offset, READ_LIMIT) : [];
    if (head.offset > offset && events[0]?.offset !== offset + 1) throw notServable(id);
    for (const event of events) {
      if (event.epoch !== from.epoch || event.offset !== offset + 1) throw notServable(formatEventId({ epoch: from.epoch, offset }));
      if (signal?.aborted) return;
      yield event;
      offset = event.offset;
    }
    if (events.length === 0) await clock.sleep(pollMs, signal);
  }
}

function notServable(eventId: string): GatewayError {
  return new GatewayError(
    'PRECONDITION_FAILED',
    `[PRECONDITION_FAILED] the events after "${eventId}" are not all there any more; read the state again and subscribe without lastEventId`,
  );
}
