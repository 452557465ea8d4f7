import { GatewayError } from '@org/gateway-core/errors';
import { expect, test } from 'vitest';
import { runWorker } from '../fakes/run-worker.fixture.js';
import { sampleDocument } from '../fakes/sample-document.fixture.js';
import { relayHandler } from './handler.js';

test('a saved document is told about, in the order of its own changes', async () => {
  const worker = runWorker(relayHandler());
  await worker.saved(sampleDocument());
  await worker.saved(sampleDocument({ version: 2, updatedAtMs: 1_700_000_001_000, title: 'New' }), sampleDocument());
  const about = { id: 'a1', folder: 'inbox', change: 'saved' };
  expect(worker.bus('bus').messages).toMatchObject([
    { name: 'changed', key: 'a1', data: { ...about, title: 'Title of a1', version: 1, updatedAtMs: 1_700_000_000_123 } },
    { name: 'changed', key: 'a1', data: { ...about, title: 'New', version: 2, updatedAtMs: 1_700_000_001_000 } },
  ]);
});

test('a removed document is told about as it was last', async () => {
  const worker = runWorker(relayHandler());
  await worker.removed(sampleDocument({ version: 3 }));
  expect(worker.bus('bus').messages).toMatchObject([{ data: { id: 'a1', change: 'removed', version: 3 } }]);
});

test('the same change has the same id, any other has another; each fits SNS, whatever the document is called', async () => {
  const worker = runWorker(relayHandler());
  const long = sampleDocument({ id: 'x'.repeat(128) });
  await worker.saved(long);
  await worker.saved(long);
  await worker.removed(long);
  await worker.saved({ ...long, updatedAtMs: 1_700_000_000_124 });
  const [first, again, removed, later] = worker.bus('bus').messages.map(({ id }) => id);
  expect(again).toBe(first);
  expect(new Set([first, removed, later]).size).toBe(3);
  expect(first).toMatch(/^[0-9a-f]{40}$/);
});

test('a change that the bus does not take comes again', async () => {
  const worker = runWorker(relayHandler());
  worker.before('bus', 'publish', () => {
    throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] throttled');
  });
  await expect(worker.saved(sampleDocument())).rejects.toThrow('comes again');
  await worker.saved(sampleDocument());
  expect(worker.bus('bus').messages).toHaveLength(1);
});
