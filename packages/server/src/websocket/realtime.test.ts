/** A service, its tables and the fan-out together, on DynamoDB's wire. The stream is the table's rows in the order they were written. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRecordingSender, shortened, silentLog } from '../topics/fanout.fixture.js';
import { createFanoutHandler } from '../topics/fanout-function.js';
import { startTables, type TestTables } from '../topics/realtime.fixture.js';
import { createJumpingClock, createManualClock } from './clock.fixture.js';
import { createRealtime } from './realtime.js';
import { handleServiceMessage } from './service-message.js';
import { createSocketStage, lambda, messageEvent } from './socket.fixture.js';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const ID = 'L0SM9cOFvHcCIhw=';

function start() {
  let ids = 0;
  const options = { connectionsTable: 'Connections', topicsTable: 'Topics', random: () => 0, newId: () => `id${++ids}`, sdk: tables.sdk };
  const realtime = createRealtime({ ...options, clock: createManualClock() });
  const { parts } = createSocketStage();
  const sender = createRecordingSender();
  const fanout = createFanoutHandler({
    ...createRealtime({ ...options, clock: createJumpingClock() }),
    sender,
    random: () => 0,
    log: silentLog,
  });
  const seen = new Set<string>();
  return {
    realtime,
    send: async (frame: object) => (await handleServiceMessage(parts, realtime, messageEvent(frame), lambda)).body,
    /** Works off what was written to a topic since. */
    work: async (topic: string) => {
      const fresh = (await tables.items('Topics', `T#${topic}`)).filter(({ sk }) => !seen.has(sk?.S ?? ''));
      for (const { sk } of fresh) seen.add(sk?.S ?? '');
      const Records = fresh.map((NewImage, at) => ({ eventName: 'INSERT', dynamodb: { SequenceNumber: String(at), NewImage } }));
      expect(await fanout({ Records })).toEqual({ batchItemFailures: [] });
    },
    received: () => (sender.frames.get(ID) ?? []).map(shortened),
  };
}

const subscription = (id: number, folder: string, lastEventId?: string) => ({
  id,
  method: 'subscription',
  svc: 'notes',
  params: { path: 'notes.changes', input: { folder }, ...(lastEventId === undefined ? {} : { lastEventId }) },
});

it('subscribes, follows, stops and resumes without a gap (P3.7 to P3.10)', async () => {
  const { realtime, send, work, received } = start();
  const topic = 'notes.changes/follow';
  const first = await realtime.publish(topic, '{"n":1}', 3600);
  expect(first).toMatch(/^id\d+\.1$/);
  expect(await send(subscription(1, 'follow'))).toBeUndefined();
  await work(topic);
  await realtime.publish(topic, '{"n":2}', 3600);
  await realtime.publish(topic, '{"n":3}', 3600);
  await work(topic);
  expect(received()).toEqual(['started', 2, 3]);

  expect(await send({ id: 1, method: 'subscription.stop', svc: 'notes' })).toBeUndefined();
  await realtime.publish(topic, '{"n":4}', 3600);
  await work(topic);
  expect(received()).toEqual(['started', 2, 3, 'stopped']);

  await send(subscription(1, 'follow', first));
  await work(topic);
  expect(received()).toEqual(['started', 2, 3, 'stopped', 'started', 2, 3, 4]);
});

it('leaves nothing of a closed connection', async () => {
  const { realtime, send, work, received } = start();
  await send(subscription(1, 'closed'));
  await realtime.connections.close(ID);
  await realtime.publish('notes.changes/closed', '{"n":1}', 3600);
  await work('notes.changes/closed');
  expect(received()).toEqual([]);
  expect(await tables.items('Connections', `C#${ID}`)).toEqual([]);
  expect(await tables.items('Connections', 'T#notes.changes/closed')).toEqual([]);
});
