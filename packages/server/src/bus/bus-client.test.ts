import { message, messages } from '@org/gateway-core';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { bus } from '../service/bus.js';
import { createBusClient } from './bus-client.js';
import type { WireMessage } from './wire-message.js';

const DocumentEvents = bus(
  'DocumentEvents',
  messages('documentEvents', {
    changed: message({ data: () => z.object({ id: z.string(), version: z.int().default(1) }) }),
  }),
  { transport: 'sns-sqs', ordered: true },
);

function start() {
  const published: WireMessage[] = [];
  const client = createBusClient({
    grant: DocumentEvents.allow('publish'),
    location: 'arn:aws:sns:eu-west-1:123456789012:documents.fifo',
    now: () => 1_700_000_000_123,
    newId: () => 'id1',
    bus: { publish: async (each) => void published.push(each) },
  });
  return { client, published };
}

test('publishes what the schema returns, with a new id, which is the key too', async () => {
  const { client, published } = start();
  expect(await client.publish('changed', { id: 'a', secret: 'x' })).toBe('id1');
  expect(published).toEqual([{ name: 'changed', id: 'id1', key: 'id1', publishedAtMs: 1_700_000_000_123, data: { id: 'a', version: 1 } }]);
});

test('takes the id and the key that it is given', async () => {
  const { client, published } = start();
  expect(await client.publish('changed', { id: 'a' }, { id: 'change-7', key: 'a' })).toBe('change-7');
  expect(published).toMatchObject([{ id: 'change-7', key: 'a' }]);
});

test('publishes nothing that does not fit its schema, and repeats no value', async () => {
  const { client, published } = start();
  const failed = client.publish('changed', { id: 'private', version: 'private' });
  await expect(failed).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    message:
      'message changed published on bus DocumentEvents does not fit its schema: version: Invalid input: expected number, received string',
  });
  expect(published).toEqual([]);
});

test('knows the messages of its contract only', async () => {
  const { client, published } = start();
  for (const name of ['removed', 'constructor', '__proto__'])
    await expect(client.publish(name, {})).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  expect(published).toEqual([]);
});
