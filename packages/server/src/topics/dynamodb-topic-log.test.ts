import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createDynamoTopicLog } from './dynamodb-topic-log.js';
import type { KeyTable } from './key-table.js';
import { createMemoryKeyTable } from './memory-key-table.fixture.js';
import { startTables, type TestTables } from './realtime.fixture.js';
import { eventKey, META_KEY, topicKey } from './topic-keys.js';
import { topicLogSuite } from './topic-log.test.suite.js';
import { readStreamRecord } from './topic-record.js';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

let ids = 0;

function open(table: KeyTable, clock = createJumpingClock()) {
  return createDynamoTopicLog({ table, clock, random: () => 0.5, newId: () => `id${++ids}` });
}

describe('topic log in DynamoDB', () => {
  topicLogSuite(async () => {
    const clock = createJumpingClock();
    return {
      logs: [open(tables.topics, clock), open(tables.topics, clock)],
      clock,
      expire: async (topic, offset) => {
        await tables.topics.delete(topicKey(topic), eventKey(offset));
      },
      forget: async (topic) => {
        await tables.topics.delete(topicKey(topic), META_KEY);
      },
      wakes: async (topic) => (await tables.items('Topics', topicKey(topic))).filter(({ sk }) => sk?.S?.startsWith('W#')).length,
    };
  });

  it('stores an event once when the answer to its put is lost', async () => {
    let lost = true;
    const table: KeyTable = {
      ...tables.topics,
      put: async (row, condition) => {
        const done = await tables.topics.put(row, condition);
        if (!String(row.sk).startsWith('E#') || !lost) return done;
        lost = false;
        return false;
      },
    };
    const log = open(table);
    expect((await log.append('docs.changes/lost-answer', '"a"', 3600)).offset).toBe(1);
    expect((await log.append('docs.changes/lost-answer', '"b"', 3600)).offset).toBe(2);
    expect(await log.read('docs.changes/lost-answer', 0, 10)).toHaveLength(2);
  });

  it('gives up with SERVICE_UNAVAILABLE when others always come first', async () => {
    const inner = createMemoryKeyTable(async () => {});
    const table: KeyTable = { ...inner, put: async (row) => !String(row.sk).startsWith('E#') && inner.put(row) };
    await expect(open(table).append('docs.changes/hot', '1', 3600)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('reads the head again once its own memory of it is 10 s old', async () => {
    const clock = createJumpingClock();
    const log = open(tables.topics, clock);
    const other = open(tables.topics, clock);
    await log.append('docs.changes/hint', '1', 3600);
    await other.append('docs.changes/hint', '2', 3600);
    const { epoch } = await log.head('docs.changes/hint');
    await log.advance('docs.changes/hint', { epoch, offset: 2 });
    await tables.topics.delete(topicKey('docs.changes/hint'), eventKey(2));
    clock.advance(10_000);
    expect((await log.append('docs.changes/hint', '3', 3600)).offset).toBe(3);
  });

  it('writes rows whose stream records say what they are', async () => {
    const log = open(tables.topics);
    const key = { topic: 'docs.changes/s', connectionId: 'L0SM9cOFvHcCIhw=', requestId: '1', token: 'Zt1' };
    await log.append('docs.changes/s', '{}', 3600);
    await log.wake('docs.changes/s', { kind: 'start', key, from: { epoch: 'e1', offset: 3 }, resumed: true });
    await log.wake('docs.changes/s', { kind: 'stop', key: { ...key, requestId: 1 } });
    await log.wake('docs.changes/s', { kind: 'close', key, attempt: 2 });
    const items = await tables.items('Topics', 'T#docs.changes/s');
    const records = items.map((NewImage) => readStreamRecord({ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', NewImage } }));
    expect(records).toHaveLength(5);
    expect(records).toContainEqual({ kind: 'event', topic: 'docs.changes/s', offset: 1 });
    expect(records).toContainEqual({
      kind: 'wake',
      topic: 'docs.changes/s',
      wake: { kind: 'start', key, from: { epoch: 'e1', offset: 3 }, resumed: true },
    });
    expect(records).toContainEqual({ kind: 'wake', topic: 'docs.changes/s', wake: { kind: 'stop', key: { ...key, requestId: 1 } } });
    expect(records).toContainEqual({ kind: 'wake', topic: 'docs.changes/s', wake: { kind: 'close', key, attempt: 2 } });
    expect(records.filter((record) => record === undefined)).toHaveLength(1);
  });
});
