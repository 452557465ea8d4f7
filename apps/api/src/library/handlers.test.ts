import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningWorker, runWorker } from '../fakes/run-worker.fixture.js';
import { sampleDocument } from '../fakes/sample-document.fixture.js';
import { libraryHandlers } from './handlers.js';

let worker: RunningWorker;
beforeEach(async () => {
  worker = runWorker(libraryHandlers());
  await worker.table('documents').put(sampleDocument({ id: 'a1' }));
  await worker.table('documents').put(sampleDocument({ id: 'a2', folder: 'archive', updatedAtMs: 1_700_000_001_000 }));
  const label = { label: 'http', probability: 0.9, all: [], version: 1, updatedAtMs: 1_700_000_000_123, labelledAtMs: 1_700_000_000_500 };
  await worker.table('labels').put({ id: 'a1', ...label });
});

const LABELLED = {
  id: 'a1',
  folder: 'inbox',
  title: 'Title of a1',
  bytes: 7,
  version: 1,
  updatedAtMs: 1_700_000_000_123,
  label: { label: 'http', probability: 0.9 },
};

describe('Query.document', () => {
  test('is a document with its label, and nothing of how it is stored', async () => {
    expect(await worker.resolve('Query.document', { id: 'a1' })).toEqual(LABELLED);
  });

  test('has no label before the model has read it', async () => {
    expect(await worker.resolve('Query.document', { id: 'a2' })).toMatchObject({ id: 'a2', label: null });
  });

  test('is null when there is none', async () => {
    expect(await worker.resolve('Query.document', { id: 'a3' })).toBeNull();
  });
});

describe('Query.documents', () => {
  test('is every folder, newest change first', async () => {
    expect(await worker.resolve('Query.documents', { limit: 10 })).toMatchObject({ items: [{ id: 'a2' }, LABELLED], nextCursor: null });
  });

  test('is one folder, a page at a time; null is what GraphQL sends for an argument that is left out', async () => {
    const first = (await worker.resolve('Query.documents', { folder: null, limit: 1, cursor: null })) as { nextCursor: string };
    expect(first).toMatchObject({ items: [{ id: 'a2' }] });
    expect(await worker.resolve('Query.documents', { limit: 1, cursor: first.nextCursor })).toMatchObject({ items: [{ id: 'a1' }] });
    expect(await worker.resolve('Query.documents', { folder: 'archive', limit: 1 })).toMatchObject({ items: [{ id: 'a2' }] });
  });

  test('an empty page asks for no labels', async () => {
    expect(await worker.resolve('Query.documents', { folder: 'nobody', limit: 1 })).toEqual({ items: [], nextCursor: null });
  });

  test('a limit that no page has is BAD_REQUEST, named', async () => {
    await expect(worker.resolve('Query.documents', { limit: 1_000 })).rejects.toThrow('[BAD_REQUEST] arguments do not fit: limit');
  });
});
