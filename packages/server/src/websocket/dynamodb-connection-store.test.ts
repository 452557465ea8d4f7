import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoSubscriptionStore } from '../topics/dynamodb-subscription-store.js';
import { startTables, type TestTables } from '../topics/realtime.fixture.js';
import { createJumpingClock } from './clock.fixture.js';
import { connectionStoreSuite } from './connection-store.test.suite.js';
import { createDynamoConnectionStore } from './dynamodb-connection-store.js';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

describe('connections in DynamoDB', () => {
  connectionStoreSuite(async () => {
    const clock = createJumpingClock();
    const parts = { table: tables.connections, clock };
    return { store: createDynamoConnectionStore(parts), subscriptions: createDynamoSubscriptionStore(parts), clock };
  });
});
