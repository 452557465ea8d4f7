import { afterAll, beforeAll, describe } from 'vitest';
import { startTables, type TestTables } from '../topics/realtime.fixture.js';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createDynamoPartStore } from './dynamodb-part-store.js';
import { partStoreSuite } from './part-store.test.suite.js';

let tables: TestTables;
let connections = 0;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

describe('parts in DynamoDB', () => {
  partStoreSuite(async () => {
    const clock = createJumpingClock();
    const store = createDynamoPartStore({ table: tables.connections, clock });
    // One table for all tests: each has connections of its own.
    connections += 1;
    const run = connections;
    return { store: { add: (connectionId, part) => store.add(`${connectionId}-${run}`, part) }, skip: clock.advance };
  });
});
