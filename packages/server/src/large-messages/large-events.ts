/**
 * Events that fit in no frame: the log keeps a reference, and whoever reads it to send it on gets a link for 15 minutes. On the wire such an event
 * is `{"$gw.ref":{"url","bytes","sha256"}}`, which our client fetches before it hands the event on. PROTOCOL.md P3.27.
 */

import type { PublishText } from '../execute/function-parts.js';
import { MAX_EVENT_BYTES, type TopicEvent, type TopicLog } from '../topics/topic-log.js';
import type { KeptPayload, PayloadStore } from './payload-store.js';

const MARK = '{"$gw.ref":';

/** Publishes large events by reference. */
export function keepLargeEvents(publish: PublishText, payloads: Pick<PayloadStore, 'keep'>): PublishText {
  return async (topic, events, retainSeconds, options) => {
    const fitting = async (event: string): Promise<string> => {
      if (Buffer.byteLength(event) <= MAX_EVENT_BYTES) return event;
      return `${MARK}${JSON.stringify(await payloads.keep(event, retainSeconds))}}`;
    };
    const kept = typeof events === 'string' ? await fitting(events) : await Promise.all(events.map(fitting));
    return publish(topic, kept, retainSeconds, options);
  };
}

/** A log whose large events are read with links. */
export function linkLargeEvents(log: TopicLog, payloads: Pick<PayloadStore, 'link'>): TopicLog {
  const linked = async (event: TopicEvent): Promise<TopicEvent> => {
    if (!event.data.startsWith(MARK)) return event;
    const kept = (JSON.parse(event.data) as { readonly '$gw.ref': KeptPayload })['$gw.ref'];
    return { ...event, data: `${MARK}${JSON.stringify(await payloads.link(kept))}}` };
  };
  return { ...log, read: async (...range) => Promise.all((await log.read(...range)).map(linked)) };
}
