/**
 * `TopicLog` on a DynamoDB table with a NEW_IMAGE stream. An append is one write; the head is read first only when this process has not
 * appended to the topic for a while, or somebody else came first. Key design: `topic-keys.ts`.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type Clock, ttlSeconds } from '../websocket/clock.js';
import type { KeyTable, Row } from './key-table.js';
import { eventKey, LAST_EVENT_KEY, META_KEY, topicKey, wakeRow } from './topic-keys.js';
import { APPEND_ATTEMPTS, appendPauseMs, checkEventSize, expiryMs, type TopicEvent, type TopicHead, type TopicLog } from './topic-log.js';

export interface DynamoTopicLogOptions {
  readonly table: KeyTable;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Letters and digits, at most 32, unique. */
  readonly newId: () => string;
}

/**
 * A remembered head is used this long. Events are kept for 20 minutes at least, so the offset after it is either free or taken: never
 * taken once and expired since.
 */
const HINT_KEPT_MS = 10_000;

/** Topics a process remembers the head of. */
const MAX_HINTS = 1_000;

/** A wake has done its work within the day that a stream keeps records. */
const WAKE_KEPT_MS = 24 * 3_600_000;

interface Hint {
  readonly epoch: string;
  readonly offset: number;
  readonly atMs: number;
}

/** The log in a table; remembers heads, so make one per process. */
export function createDynamoTopicLog({ table, clock, random, newId }: DynamoTopicLogOptions): TopicLog {
  const hints = new Map<string, Hint>();
  const remember = (topic: string, { epoch, offset }: { epoch: string; offset: number }) => {
    hints.delete(topic);
    hints.set(topic, { epoch, offset, atMs: clock.now() });
    if (hints.size > MAX_HINTS) hints.delete(hints.keys().next().value as string);
  };
  const hintOf = (topic: string): Hint | undefined => {
    const hint = hints.get(topic);
    return hint && clock.now() - hint.atMs < HINT_KEPT_MS ? hint : undefined;
  };

  /** The topic's memory. When it is lost, offsets go on after the newest event, so that old and new ones cannot be mistaken. */
  const memoryOf = async (topic: string, lastOffset: number): Promise<Row> => {
    const known = await table.get(topicKey(topic), META_KEY);
    if (known) return known;
    const made = { pk: topicKey(topic), sk: META_KEY, epoch: newId(), delivered: lastOffset };
    if (await table.put(made, 'absent')) return made;
    return (await table.get(topicKey(topic), META_KEY)) ?? made;
  };

  const head = async (topic: string): Promise<TopicHead> => {
    const last = await lastOffset(table, topic);
    const memory = await memoryOf(topic, last);
    const delivered = Number(memory.delivered);
    return { epoch: String(memory.epoch), delivered, offset: Math.max(last, delivered) };
  };

  /** A put whose answer was lost is repeated by the SDK and then meets its own row: `by` tells that from another's. */
  const isOurs = async (topic: string, offset: number, by: string): Promise<boolean> =>
    (await table.get(topicKey(topic), eventKey(offset)))?.by === by;

  return {
    head,
    append: async (topic, data, retainSeconds) => {
      checkEventSize(topic, data);
      const by = newId();
      for (let attempt = 0; attempt < APPEND_ATTEMPTS; attempt++) {
        const { epoch, offset } = hintOf(topic) ?? (await head(topic));
        const position = { epoch, offset: offset + 1 };
        const nowMs = clock.now();
        const row = { pk: topicKey(topic), sk: eventKey(position.offset), ...position, data, by, atMs: nowMs };
        const stored = await table.put({ ...row, ttl: ttlSeconds(expiryMs(nowMs, retainSeconds)) }, 'absent');
        if (stored || (await isOurs(topic, position.offset, by))) {
          remember(topic, position);
          return position;
        }
        hints.delete(topic);
        await clock.sleep(appendPauseMs(attempt, random));
      }
      throw new GatewayError(
        'SERVICE_UNAVAILABLE',
        `[SERVICE_UNAVAILABLE] ${topic} has too many publishers: ${APPEND_ATTEMPTS} attempts were overtaken; publish again later`,
      );
    },
    read: async (topic, after, limit) => {
      const range = { pk: topicKey(topic), between: [eventKey(after + 1), LAST_EVENT_KEY], limit } as const;
      for await (const page of table.query(range)) if (page.length > 0) return page.map(eventOf);
      return [];
    },
    advance: async (topic, { epoch, offset }) => {
      await table.update(topicKey(topic), META_KEY, { delivered: offset }, { equal: { epoch }, below: { delivered: offset } });
    },
    wake: async (topic, wake) => {
      await table.put({ ...wakeRow(topic, wake), ttl: ttlSeconds(clock.now() + WAKE_KEPT_MS) }, 'absent');
    },
  };
}

async function lastOffset(table: KeyTable, topic: string): Promise<number> {
  const range = { pk: topicKey(topic), between: [eventKey(0), LAST_EVENT_KEY], descending: true, limit: 1 } as const;
  for await (const [row] of table.query(range)) return Number(row?.offset ?? 0);
  return 0;
}

function eventOf(row: Row): TopicEvent {
  return { epoch: String(row.epoch), offset: Number(row.offset), data: String(row.data), expiresAtMs: 1000 * Number(row.ttl) };
}
