import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningWorker, runWorker } from '../fakes/run-worker.fixture.js';
import { sampleDocument, storeDocument } from '../fakes/sample-document.fixture.js';
import { indexerHandler } from './handler.js';

let worker: RunningWorker;
beforeEach(() => {
  worker = runWorker(indexerHandler());
});

const store = (item = sampleDocument(), body?: string) =>
  storeDocument({ table: worker.table('documents'), bodies: worker.bucket('bodies') }, item, body);
const indexed = (id = 'a1') => worker.index('index').documents.get(id);
const unavailable = () => {
  throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
};

describe('a saved document', () => {
  test('is in the index and in the store, with its body; the index is made when there is none', async () => {
    await worker.saved(await store(sampleDocument(), 'grüße'));
    expect(indexed()).toEqual({ folder: 'inbox', title: 'Title of a1', body: 'grüße', version: 1, updatedAtMs: 1_700_000_000_123 });
    expect(worker.answers('store').documents.get('a1')).toEqual({ id: 'a1', title: 'Title of a1', text: 'grüße' });
  });

  test('replaces the version before', async () => {
    await worker.saved(await store());
    await worker.saved(await store(sampleDocument({ version: 2, updatedAtMs: 1_700_000_000_124 }), 'newer'));
    expect(indexed()).toMatchObject({ version: 2, body: 'newer' });
    expect(worker.answers('store').documents.get('a1')).toMatchObject({ text: 'newer' });
  });

  test('that comes again late does not replace a newer one in the index', async () => {
    const first = await store();
    await worker.saved(await store(sampleDocument({ version: 2, updatedAtMs: 1_700_000_000_124 }), 'newer'));
    await worker.saved(first);
    expect(indexed()).toMatchObject({ version: 2, body: 'newer' });
  });

  test('whose body a newer version has removed is passed over: that one has a change of its own', async () => {
    const first = await store();
    await worker.bucket('bodies').delete(first.bodyKey);
    await store(sampleDocument({ version: 2, updatedAtMs: 1_700_000_000_124 }));
    await worker.saved(first);
    expect(worker.index('index').documents.size).toBe(0);
  });

  test('that was removed meanwhile is passed over', async () => {
    await worker.saved(sampleDocument());
    expect(worker.index('index').documents.size).toBe(0);
  });

  test('whose body is gone without a newer version comes again, and the log says which', async () => {
    const item = await store();
    worker.bucket('bodies').objects.clear();
    await expect(worker.saved(item)).rejects.toThrow('bucket Bodies has no object a1/1-1700000000123');
  });
});

describe('a removed document', () => {
  test('is in neither any more', async () => {
    const item = await store();
    await worker.saved(item);
    await worker.removed(item);
    expect(indexed()).toBeUndefined();
    expect(worker.answers('store').documents.size).toBe(0);
  });

  test('does not come back with a save that comes again late', async () => {
    const item = await store();
    await worker.saved(item);
    await worker.removed(item);
    await worker.saved(item);
    expect(indexed()).toBeUndefined();
  });

  test('comes back when it is made again, at version 1', async () => {
    const item = await store(sampleDocument({ version: 7 }));
    await worker.saved(item);
    await worker.removed(item);
    await worker.saved(await store(sampleDocument({ version: 1, updatedAtMs: 1_700_000_000_124 }), 'second life'));
    expect(indexed()).toMatchObject({ version: 1, body: 'second life' });
  });
});

describe('a failure', () => {
  test('of the index has the change come again', async () => {
    const item = await store();
    await worker.saved(item);
    worker.before('index', 'write', unavailable);
    await expect(worker.removed(item)).rejects.toThrow('comes again');
    await worker.removed(item);
    expect(indexed()).toBeUndefined();
  });

  test('of the store has the change come again, and the index bears the repetition', async () => {
    const item = await store();
    worker.before('store', 'put', unavailable);
    await expect(worker.saved(item)).rejects.toThrow('comes again');
    await worker.saved(item);
    expect(worker.answers('store').documents.size).toBe(1);
  });

  test('because somebody dropped the index makes it again', async () => {
    await worker.saved(await store());
    await worker.index('index').drop();
    await worker.saved(await store(sampleDocument({ id: 'a2' })));
    expect([...worker.index('index').documents.keys()]).toEqual(['a2']);
  });
});
