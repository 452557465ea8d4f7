import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createDynamoSubscriptionStore } from './dynamodb-subscription-store.js';
import type { KeyTable } from './key-table.js';
import { startTables, type TestTables } from './realtime.fixture.js';
import { freshKey, subscribersOf, subscriptionStoreSuite } from './subscription-store.test.suite.js';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const path = 'docs.changes';

/** The table, with something done before its `at`-th operation. */
function interrupted(table: KeyTable, at: number, interruption: () => Promise<unknown>): KeyTable {
  let operations = 0;
  const before = async () => {
    if (++operations === at) await interruption();
  };
  return {
    ...table,
    get: (pk, sk) => before().then(() => table.get(pk, sk)),
    put: (row, condition) => before().then(() => table.put(row, condition)),
    delete: (pk, sk, condition) => before().then(() => table.delete(pk, sk, condition)),
  };
}

describe('subscriptions in DynamoDB', () => {
  subscriptionStoreSuite(async () => {
    const clock = createJumpingClock();
    return { store: createDynamoSubscriptionStore({ table: tables.connections, clock }), clock };
  });

  it.each([
    { at: 1, where: 'before the row by connection', outcome: 'stopped', rows: 0 },
    { at: 2, where: 'before the row by topic', outcome: 'cancelled', rows: 0 },
    { at: 3, where: 'before the last look', outcome: 'cancelled', rows: 0 },
    { at: 4, where: 'after the last look', outcome: 'claimed', rows: 1 },
  ])('leaves nothing to deliver to when a stop comes $where (P3.10)', async ({ at, outcome, rows }) => {
    const clock = createJumpingClock();
    const key = freshKey(`docs.changes/stop${at}`);
    const other = createDynamoSubscriptionStore({ table: tables.connections, clock });
    const table = interrupted(tables.connections, at, () => other.cancel(key.connectionId, 1));
    const store = createDynamoSubscriptionStore({ table, clock });
    expect(await store.claim({ key, path })).toBe(outcome);
    expect(await subscribersOf(store, key.topic)).toHaveLength(rows);
  });

  it.each([2, 3])('leaves nothing that is active when the function dies before operation %i', async (at) => {
    const clock = createJumpingClock();
    const key = freshKey(`docs.changes/crash${at}`);
    const table = interrupted(tables.connections, at, () => Promise.reject(new Error('killed')));
    await expect(createDynamoSubscriptionStore({ table, clock }).claim({ key, path })).rejects.toThrow('killed');
    const store = createDynamoSubscriptionStore({ table: tables.connections, clock });
    expect((await subscribersOf(store, key.topic)).filter(({ active }) => active)).toEqual([]);
    expect(await store.claim({ key: { ...key, requestId: 2, token: 'Zt2' }, path })).toBe('claimed');
  });

  it('is claimed although the answer of the first write was lost and the SDK wrote again', async () => {
    const key = freshKey('docs.changes/lost');
    const { connections } = tables;
    const table: KeyTable = {
      ...connections,
      put: async (row, condition) => {
        await connections.put(row, condition);
        return connections.put(row, condition);
      },
    };
    const store = createDynamoSubscriptionStore({ table, clock: createJumpingClock() });
    expect(await store.claim({ key, path })).toBe('claimed');
    expect(await subscribersOf(store, key.topic)).toHaveLength(1);
    expect(await store.claim({ key: { ...key, token: 'Zt2' }, path })).toBe('taken');
  });

  it('reads all pages of a topic', async () => {
    const store = createDynamoSubscriptionStore({ table: tables.connections, clock: createJumpingClock() });
    const long = 'x'.repeat(20_000);
    await Promise.all(Array.from({ length: 60 }, () => store.claim({ key: freshKey('docs.changes/many'), path: long })));
    const pages: number[] = [];
    for await (const page of store.subscribers('docs.changes/many')) pages.push(page.length);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.reduce((sum, count) => sum + count, 0)).toBe(60);
  });
});
