import { expect, test } from 'vitest';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { runWorker } from '../fakes/run-worker.fixture.js';
import { rebuilderHandler } from './handler.js';

const row = {
  index: 'documents',
  jobId: 'j1',
  phase: 'write',
  indexed: 0,
  removed: 0,
  startedAtMs: 1_700_000_000_123,
  updatedAtMs: 1_700_000_000_123,
};

function start(send: (input: unknown) => Promise<void>) {
  return runWorker(rebuilderHandler(), memoryWorld({ clients: { FunctionIndexing: { rebuild: { send } } } }));
}

test('a rebuild that waits is handed to the indexing service, and nobody waits for it', async () => {
  const sent: unknown[] = [];
  const worker = start(async (input) => void sent.push(input));
  await worker.saved({ ...row, state: 'waiting' });
  expect(sent).toEqual([{ index: 'documents', jobId: 'j1' }]);
});

test('a rebuild that gets on, ends or goes away is left alone', async () => {
  const sent: unknown[] = [];
  const worker = start(async (input) => void sent.push(input));
  for (const state of ['running', 'done', 'failed']) await worker.saved({ ...row, state });
  await worker.removed({ ...row, state: 'waiting' });
  expect(sent).toEqual([]);
});

test('a rebuild that could not be handed over comes again', async () => {
  const worker = start(() => Promise.reject(new Error('throttled')));
  await expect(worker.saved({ ...row, state: 'waiting' })).rejects.toThrow('comes again');
});
