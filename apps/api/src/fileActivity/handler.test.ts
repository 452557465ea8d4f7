import { expect, test } from 'vitest';
import { runWorker } from '../fakes/run-worker.fixture.js';
import { fileActivityHandler } from './handler.js';

const cat = { key: 'k1', name: 'cat.png', contentType: 'image/png', bytes: 3 };

test('an uploaded file is an entry, and announced', async () => {
  const worker = runWorker(fileActivityHandler());
  await worker.receive({ name: 'uploaded', id: 'k1', data: cat });
  const entry = { id: 'k1', kind: 'uploaded', subject: 'k1', title: 'cat.png', text: null, atMs: 1_700_000_000_123 };
  expect([...worker.table('activity').items.values()]).toMatchObject([entry]);
  expect(worker.published).toEqual([{ topic: 'events.activity/all', event: entry }]);
});

test('an entry that could not be stored is not announced, and comes again', async () => {
  const worker = runWorker(fileActivityHandler());
  worker.before('activity', 'put', () => {
    throw new Error('throttled');
  });
  await expect(worker.receive({ name: 'uploaded', id: 'k1', data: cat })).rejects.toThrow('comes again');
  expect(worker.published).toEqual([]);
});
