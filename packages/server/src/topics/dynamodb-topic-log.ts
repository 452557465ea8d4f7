/**
 * `TopicLog` on a DynamoDB table with a NEW_IMAGE stream. An append is one write; the tip is read first only when this process has not
 * appended to the topic for a while, or somebody else came first. Key design: `topic-keys.ts`; numbering: `topic-tip.ts`.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { EventPosition } from '@org/gateway-core/protocol';
import { ttlSeconds } from '../websocket/clock.js';
import { checkIdempotencyKey, runsOf } from './append-run.js';
import { type AppendParts, createAppend, keyedRun } from './dynamodb-append.js';
import { createSequence } from './dynamodb-sequence.js';
import type { Row } from './key-table.js';
import { eventKey, LAST_EVENT_KEY, META_KEY, topicKey, wakeRow } from './topic-keys.js';
import { checkEvents, type TopicEvent, type TopicLog } from './topic-log.js';
import { peekHead, readHead } from './topic-tip.js';

/** What a log in a table is made of. */
export type DynamoTopicLogOptions = AppendParts;

/** A wake has done its work within the day that a stream keeps records. */
const WAKE_KEPT_MS = 24 * 3_600_000;

/** Looks at a run that is just being committed, and the pause between them. DynamoDB commits within milliseconds. */
const COMMIT_LOOKS = 8;
const COMMIT_PAUSE_MS = 25;

/** The log in a table; remembers tips, so make one per process. */
export function createDynamoTopicLog(parts: DynamoTopicLogOptions): TopicLog {
  const { table, clock } = parts;
  const append = createAppend(parts);
  const sequence = createSequence(parts, append);

  const page = async (topic: string, after: number, limit: number): Promise<readonly Row[]> => {
    const range = { pk: topicKey(topic), between: [eventKey(after + 1), LAST_EVENT_KEY], limit } as const;
    for await (const rows of table.query(range)) if (rows.length > 0) return rows;
    return [];
  };

  return {
    head: (topic) => readHead(parts, topic),
    peek: (topic) => peekHead(parts, topic),
    append: async (topic, dataJson, retainSeconds, { idempotencyKey: key } = {}) => {
      const events = typeof dataJson === 'string' ? [dataJson] : dataJson;
      checkEvents(topic, events);
      checkIdempotencyKey(key);
      const positions: EventPosition[] = [];
      for (const [run, part] of runsOf(events).entries()) {
        const keyed = key === undefined ? undefined : keyedRun(parts, { topic, events: part, key, run });
        const beside = keyed && { beside: (first: EventPosition) => [keyed.row(first)], settled: keyed.known };
        positions.push(await append({ topic, events: part, retainSeconds, ...beside }));
      }
      return positions[0] as EventPosition;
    },
    sequence: async (topic, messages, retainSeconds) => {
      checkEvents(
        topic,
        messages.map(({ data }) => data),
      );
      await sequence(topic, messages, retainSeconds);
    },
    read: async (topic, after, limit) => {
      for (let look = 0; look < COMMIT_LOOKS; look++) {
        const rows = await page(topic, after, limit);
        if (!isBeingCommitted(rows, after, clock.now())) return rows.map(eventOf);
        await clock.sleep(COMMIT_PAUSE_MS);
      }
      throw new GatewayError('SERVICE_UNAVAILABLE', `[SERVICE_UNAVAILABLE] a batch on ${topic} is only half visible; read it again`);
    },
    advance: async (topic, { epoch, offset }) => {
      await table.update(topicKey(topic), META_KEY, { delivered: offset }, { equal: { epoch }, below: { delivered: offset } });
    },
    wake: async (topic, wake) => {
      await table.put({ ...wakeRow(topic, wake), ttl: ttlSeconds(clock.now() + WAKE_KEPT_MS) }, 'absent');
    },
  };
}

/**
 * Whether an event is missing that came in one transaction with one that is here and has not expired. A query is not isolated from a
 * transaction: while it commits, a later row may be visible and an earlier one not yet. That is no gap, and nobody may be told of one.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-isolation
 */
function isBeingCommitted(rows: readonly Row[], after: number, nowMs: number): boolean {
  return rows.some(({ offset, first, ttl }, at) => {
    const before = at === 0 ? after : Number(rows[at - 1]?.offset);
    return Number(offset) > before + 1 && Number(first ?? offset) < Number(offset) && 1_000 * Number(ttl) > nowMs;
  });
}

function eventOf(row: Row): TopicEvent {
  return { epoch: String(row.epoch), offset: Number(row.offset), data: String(row.data), expiresAtMs: 1000 * Number(row.ttl) };
}
