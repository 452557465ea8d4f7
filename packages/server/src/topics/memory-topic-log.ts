/**
 * `TopicLog` in memory, for tests and for a server that is one process. Its stream is a list, and `expire` does what DynamoDB's TTL does.
 */

import type { EventPosition } from '@org/gateway-core/protocol';
import type { Clock } from '../websocket/clock.js';
import { checkIdempotencyKey, digestOf, IDEMPOTENCY_MS, keyConflict, runsOf } from './append-run.js';
import { checkEvents, expiryMs, type TopicEvent, type TopicLog } from './topic-log.js';
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
  /** Newest offset that was given out. */
  last: number;
}

interface Publication {
  readonly digest: string;
  readonly position: EventPosition;
  readonly untilMs: number;
}

/** An empty log. */
export function createMemoryTopicLog({ clock, newEpoch }: MemoryTopicLogOptions): MemoryTopicLog {
  const events = new Map<string, TopicEvent[]>();
  const metas = new Map<string, Meta>();
  const wakes = new Set<string>();
  const publications = new Map<string, Publication>();
  const sequences = new Map<string, bigint>();
  const stream: TopicRecord[] = [];
  const eventsOf = (topic: string) => events.get(topic) ?? [];
  const metaOf = (topic: string): Meta => {
    const last = eventsOf(topic).at(-1)?.offset ?? 0;
    const meta = metas.get(topic) ?? { epoch: newEpoch(), delivered: last, last };
    metas.set(topic, meta);
    return meta;
  };
  const appendRun = (topic: string, run: readonly string[], retainSeconds: number): EventPosition => {
    const meta = metaOf(topic);
    meta.last = Math.max(meta.last, meta.delivered);
    const first = { epoch: meta.epoch, offset: meta.last + 1 };
    for (const data of run) {
      const event = { epoch: meta.epoch, offset: ++meta.last, data, expiresAtMs: expiryMs(clock.now(), retainSeconds) };
      events.set(topic, [...eventsOf(topic), event]);
      stream.push({ kind: 'event', topic, offset: event.offset });
    }
    return first;
  };
  /** What was published under a key, or is now. */
  const appendOnce = (id: string, run: readonly string[], store: () => EventPosition): EventPosition | undefined => {
    const digest = digestOf(run);
    const known = publications.get(id);
    if (known && known.untilMs >= clock.now()) return known.digest === digest ? known.position : undefined;
    const position = store();
    publications.set(id, { digest, position, untilMs: clock.now() + IDEMPOTENCY_MS });
    return position;
  };
  const idOf = (topic: string, key: string, run = 0) => JSON.stringify([topic, run, key]);
  return {
    stream,
    append: async (topic, dataJson, retainSeconds, { idempotencyKey: key } = {}) => {
      const all = typeof dataJson === 'string' ? [dataJson] : dataJson;
      checkEvents(topic, all);
      checkIdempotencyKey(key);
      const positions = runsOf(all).map((run, at) => {
        const store = () => appendRun(topic, run, retainSeconds);
        const position = key === undefined ? store() : appendOnce(idOf(topic, key, at), run, store);
        if (position === undefined) throw keyConflict(topic, key ?? '');
        return position;
      });
      return positions[0] as EventPosition;
    },
    sequence: async (topic, messages, retainSeconds) => {
      checkEvents(
        topic,
        messages.map(({ data }) => data),
      );
      for (const { data, sequence, idempotencyKey: key, part } of messages) {
        if (BigInt(sequence) <= (sequences.get(topic) ?? -1n)) continue;
        sequences.set(topic, BigInt(sequence));
        const store = () => appendRun(topic, [data], retainSeconds);
        if (key === undefined) store();
        else appendOnce(idOf(topic, key, part), [data], store);
      }
    },
    head: async (topic) => {
      const { epoch, delivered, last } = metaOf(topic);
      return { epoch, delivered, offset: Math.max(delivered, last) };
    },
    peek: async (topic) => {
      const meta = metas.get(topic);
      return meta && { epoch: meta.epoch, delivered: meta.delivered, offset: Math.max(meta.delivered, meta.last) };
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
