/** Publishing from outside a service, and with a declared right, over DynamoDB. */

import { query, service, subscription } from '@org/gateway-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import type { SequencerQueue } from '../sequencer/sequencer-queue.js';
import { publishesSequenced, publishStatement, topics } from '../service/topics.js';
import { startTables, type TestTables } from '../topics/realtime.fixture.js';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createPublisher, type Publisher } from './create-publisher.js';
import { createTopicsClient } from './topics-client.js';

const labels = service('labels', {
  get: query({}),
  labelled: subscription({ event: () => z.object({ id: z.string(), at: z.number().default(7) }), retain: '30m' }),
  removed: subscription({ event: () => z.object({ id: z.string() }) }),
});

let tables: TestTables;
let publisher: Publisher<typeof labels>;
beforeAll(async () => {
  tables = await startTables();
  let ids = 0;
  const options = { service: labels, topicsTable: 'Topics', clock: createJumpingClock(), random: () => 0, newId: () => `e${++ids}` };
  publisher = createPublisher({ ...options, aws: tables.topicsEndpoint });
});
afterAll(async () => {
  await publisher.close();
  await tables.close();
});

const stored = async (topic: string) =>
  (await tables.items('Topics', `T#${topic}`)).flatMap(({ sk, data }) => (sk?.S?.startsWith('E#') ? [JSON.parse(data?.S ?? '')] : []));

it('checks events against the contract and answers the id of the first', async () => {
  const { publish } = publisher;
  expect(await publish('labelled', 'a', { id: '1' })).toMatch(/^e\d+\.1$/);
  expect(await publish.batch('labelled', 'a', [{ id: '2' }, { id: '3', at: 9 }], { idempotencyKey: 'k' })).toMatch(/\.2$/);
  expect(await publish.batch('labelled', 'a', [{ id: '2' }, { id: '3', at: 9 }], { idempotencyKey: 'k' })).toMatch(/\.2$/);
  expect(await stored('labels.labelled/a')).toEqual([
    { id: '1', at: 7 },
    { id: '2', at: 7 },
    { id: '3', at: 9 },
  ]);
});

it('stores nothing of a batch with an event that breaks its schema', async () => {
  const batch = [{ id: '1' }, { id: 2 }] as unknown as { id: string }[];
  await expect(publisher.publish.batch('removed', 'a', batch)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  expect(await stored('labels.removed/a')).toEqual([]);
});

it('is limited to the subscriptions of its grant, by itself and by IAM', async () => {
  const grant = topics(labels).allow('labelled');
  const basics = { clock: createJumpingClock(), random: () => 0, newId: () => 'x' };
  const client = createTopicsClient({ grant, location: 'Topics', ...basics }) as { publish: typeof publisher.publish };
  await expect(client.publish('removed', 'a', { id: '1' })).rejects.toThrow('add it to topics(labels).allow(…)');
  await expect(client.publish.batch('removed', 'a', [{ id: '1' }])).rejects.toThrow('expected one of labelled');
  expect(grant.statements).toEqual([
    {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      targets: [{ part: 'self' }],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['T#labels.labelled/*'] } },
    },
  ]);
  expect(publishStatement(labels).conditions).toEqual({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['T#labels.labelled/*', 'T#labels.removed/*'] },
  });
});

it('leaves events of sequenced subscriptions to the queue, for which no right on their topics is needed', async () => {
  const hot = service('hot', { ticks: subscription({ event: () => z.object({ n: z.number() }), sequenced: true, retain: '1h' }) });
  const sent: unknown[] = [];
  const sequencer: SequencerQueue = { send: async (...message) => void sent.push(message), close: async () => {} };
  const basics = { clock: createJumpingClock(), random: () => 0, newId: () => 'x' };
  const grant = topics(hot).allow('ticks');
  const client = createTopicsClient({ grant, location: 'Topics', sequencer, ...basics }) as { publish: Publisher<typeof hot>['publish'] };
  expect(await client.publish('ticks', 'a', { n: 1 }, { idempotencyKey: 'k' })).toBeUndefined();
  expect(await client.publish.batch('ticks', 'a', [{ n: 2 }, { n: 3 }])).toBeUndefined();
  expect(sent).toEqual([
    ['hot.ticks/a', ['{"n":1}'], 3_600, { idempotencyKey: 'k' }],
    ['hot.ticks/a', ['{"n":2}', '{"n":3}'], 3_600, {}],
  ]);
  expect([grant.statements, publishesSequenced({ uses: { grant } })]).toEqual([[], true]);
  expect(publishesSequenced({ uses: { other: topics(labels).allow('labelled') }, announces: labels })).toBe(false);
  const without = createPublisher({ service: hot, topicsTable: 'Topics', ...basics });
  await expect(without.publish('ticks', 'a', { n: 1 })).rejects.toThrow('hot.ticks/a is sequenced, and this publisher was given no queue');
});

it('is declared for subscriptions only', () => {
  expect(() => topics(labels).allow('get' as 'labelled')).toThrow('[SERVICE] labels.get is no subscription; only those have topics');
});
