import { beforeEach, expect, test } from 'vitest';
import { type RunningWorker, runWorker } from '../fakes/run-worker.fixture.js';
import { activityHandler } from './handler.js';

let worker: RunningWorker;
beforeEach(() => {
  worker = runWorker(activityHandler());
});

const changed = { id: 'a1', folder: 'inbox', title: 'Hello', version: 2, updatedAtMs: 1_700_000_000_000, change: 'saved' };
const items = () => [...worker.table('activity').items.values()];

test('a change is an entry under the id and the time of its message, kept for 30 days', async () => {
  await worker.receive({ name: 'changed', id: 'm1', data: changed });
  expect(items()).toEqual([
    {
      id: 'm1',
      feed: 'all',
      timeKey: '001700000000123-m1',
      kind: 'saved',
      subject: 'a1',
      title: 'Hello',
      text: null,
      atMs: 1_700_000_000_123,
      expiresAtSeconds: 1_702_592_000,
    },
  ]);
});

test('removals and notes are entries of their own kind', async () => {
  await worker.receive({ name: 'changed', id: 'm1', data: { ...changed, change: 'removed' } });
  await worker.receive({ name: 'noted', id: 'm2', data: { id: 'a1', title: 'Hello', text: 'Well done' } });
  expect(items()).toMatchObject([
    { kind: 'removed', text: null },
    { kind: 'noted', text: 'Well done' },
  ]);
});

test('an entry is announced after it is stored', async () => {
  await worker.receive({ name: 'changed', id: 'm1', data: changed });
  const entry = { id: 'm1', kind: 'saved', subject: 'a1', title: 'Hello', text: null, atMs: 1_700_000_000_123 };
  expect(worker.published).toEqual([{ topic: 'events.activity/all', event: entry }]);
});

test('a message that comes again is the same entry', async () => {
  await worker.receive({ name: 'changed', id: 'm1', data: changed });
  await worker.receive({ name: 'changed', id: 'm1', data: changed });
  expect(items()).toHaveLength(1);
});

test('an entry that could not be announced comes again', async () => {
  worker.publishFails = true;
  await expect(worker.receive({ name: 'changed', id: 'm1', data: changed })).rejects.toThrow('comes again');
});
