import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTables, type TestTables } from '../topics/realtime.fixture.js';
import { createJumpingClock, START_MS } from '../websocket/clock.fixture.js';
import { createRooms } from './rooms.js';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

it('rooms lie in a DynamoDB table, by room and by connection, until a day after their lease', async () => {
  let ids = 0;
  const rooms = createRooms({ table: tables.connections, clock: createJumpingClock(), newId: () => `v${++ids}` });
  const told: string[] = [];
  const announce = async ({ kind }: { readonly kind: string }) => void told.push(kind);
  const place = { name: 'Lobby', room: 'a', member: 'u:ann', connectionId: 'c1=' };
  await rooms.enter({ ...place, service: 'chat', leaseMs: 300_000 }, { name: 'Ann' }, announce);
  expect(await tables.items('Connections', 'R#Lobby/a')).toEqual([
    {
      pk: { S: 'R#Lobby/a' },
      sk: { S: 'M#u:ann' },
      member: { S: 'u:ann' },
      data: { S: '{"name":"Ann"}' },
      sinceMs: { N: '1714564800000' },
      leases: { M: { 'c1=': { N: '1714565100000' } } },
      version: { S: 'v2' },
      ttl: { N: '1714651500' },
    },
  ]);
  expect(await rooms.placesOf('c1=')).toEqual([{ ...place, service: 'chat', untilMs: START_MS + 300_000, leaseMs: 300_000 }]);
  await rooms.release(place, announce);
  expect(await tables.items('Connections', 'R#Lobby/a')).toEqual([]);
  expect(await tables.items('Connections', 'C#c1=')).toEqual([]);
  expect(told).toEqual(['joined', 'left']);
});
