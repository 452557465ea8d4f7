import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyTable } from '../topics/key-table.js';
import { startTables, type TestTables } from '../topics/realtime.fixture.js';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createDynamoReplyStore } from './dynamodb-reply-store.js';
import { MAX_REPLY_BYTES } from './reply-store.js';
import { replyStoreSuite } from './reply-store.test.suite.js';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

let ids = 0;
const open = (table: KeyTable, clock = createJumpingClock()) => createDynamoReplyStore({ table, clock, newId: () => `t${++ids}` });
const claim = { inputHash: 'h1', leaseMs: 28_000, idempotent: false };

describe('replies in DynamoDB', () => {
  replyStoreSuite(async () => {
    const clock = createJumpingClock();
    return { store: open(tables.connections, clock), clock };
  });

  it('executes when the answer to its own put was lost', async () => {
    const table: KeyTable = {
      ...tables.connections,
      put: async (row, condition) => {
        await tables.connections.put(row, condition);
        return false;
      },
    };
    expect(await open(table).begin({ ...claim, row: 'K#lost-answer' })).toMatchObject({ state: 'execute' });
  });

  it('waits when TTL takes the row between its put and its read', async () => {
    const table: KeyTable = { ...tables.connections, put: async () => false };
    expect(await open(table).begin({ ...claim, row: 'K#taken' })).toEqual({ state: 'running' });
  });

  it('keeps a reply of the largest size in one item, which DynamoDB deletes a day after it began', async () => {
    const store = open(tables.connections);
    const begun = await store.begin({ ...claim, row: 'K#large' });
    await store.finish('K#large', begun.state === 'execute' ? begun.token : '', 'x'.repeat(MAX_REPLY_BYTES));
    const [item] = await tables.items('Connections', 'K#large');
    expect(item?.reply?.S).toHaveLength(407_552);
    expect(item?.ttl).toEqual({ N: '1714651200' });
  });
});
