/**
 * `TopicLog` in memory, for tests and for a server that is one process. Its stream is a list, and `expire` does what DynamoDB's TTL does.
 */

import type { Clock } from '../websocket/clock.js';
import { checkEventSize, expiryMs, type TopicEvent, type TopicLog } from './topic-log.js';
import type { TopicRecord } from './topic-record.js';
import { wakeId } from './wake.js';

export interface MemoryTopicLogOptions {
  readonly clock: Clock;
  /** A new epoch: letters and digits. */
  readonly newEpoch: () => string;
}

export interface MemoryTopicLog extends TopicLog {
  /** The stream: what was written, in its order. */
  readonly stream: readonly TopicRecord[];
  /** Removes one event. */
  expire(topic: string, offset: number): void;
  /** Loses the topic's memory, as a table that was deleted would. */
  forget(topic: string): void;
}

interface Meta {
  readonly epoch: string;
  delivered: number;
}

/** An empty log. */
export function createMemoryTopicLog({ clock, newEpoch }: MemoryTopicLogOptions): MemoryTopicLog {
  const events = new Map<string, TopicEvent[]>();
  const metas = new Map<string, Meta>();
  const wakes = new Set<string>();
  const stream: TopicRecord[] = [];
  const eventsOf = (topic: string) => events.get(topic) ?? [];
  const lastOf = (topic: string) => eventsOf(topic).at(-1)?.offset ?? 0;
  const metaOf = (topic: string): Meta => {
    const meta = metas.get(topic) ?? { epoch: newEpoch(), delivered: lastOf(topic) };
    metas.set(topic, meta);
    return meta;
  };
  return {
    stream,
    append: async (topic, data, retainSeconds) => {
      checkEventSize(topic, data);
      const { epoch, delivered } = metaOf(topic);
      const event = {
        epoch,
        offset: Math.max(delivered, lastOf(topic)) + 1,
        data,
        expiresAtMs: expiryMs(clock.now(), retainSeconds),
      };
      events.set(topic, [...eventsOf(topic), event]);
      stream.push({ kind: 'event', topic, offset: event.offset });
      return { epoch, offset: event.offset };
    },
    head: async (topic) => {
      const { epoch, delivered } = metaOf(topic);
      return { epoch, delivered, offset: Math.max(delivered, lastOf(topic)) };
    },
    read: async (topic, after, limit) => {
      return eventsOf(topic)
        .filter(({ offset }) => offset > after)
        .slice(0, limit);
    },
    advance: async (topic, { epoch, offset }) => {
      const meta = metas.get(topic);
      if (meta?.epoch === epoch) meta.delivered = Math.max(meta.delivered, offset);
    },
    wake: async (topic, wake) => {
      const id = `${topic}#${wakeId(wake)}`;
      if (wakes.has(id)) return;
      wakes.add(id);
      stream.push({ kind: 'wake', topic, wake });
    },
    expire: (topic, offset) => {
      events.set(
        topic,
        eventsOf(topic).filter((event) => event.offset !== offset),
      );
    },
    forget: (topic) => metas.delete(topic),
  };
}
