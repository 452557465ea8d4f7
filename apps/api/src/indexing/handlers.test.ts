import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { documentsHandlers } from '../documents/handlers.js';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { type RunningService, runService } from '../fakes/run-service.fixture.js';
import { serviceClient } from '../fakes/service-client.fixture.js';
import { indexedVersion } from '../search/index-entry.js';
import { indexingHandlers } from './handlers.js';

const KEY = { index: 'documents', jobId: 'j1' };

let documents: RunningService;
let indexing: RunningService;
/** Runs right after the n-th answer of a procedure of the documents service. */
let meddle: (procedure: string, count: number) => Promise<void> | void;
beforeEach(() => {
  let seed = 0;
  meddle = () => undefined;
  const calls = new Map<string, number>();
  const watched = {
    call: async (procedure: string, input: unknown) => {
      const answer = await documents.call(procedure, input);
      calls.set(procedure, (calls.get(procedure) ?? 0) + 1);
      await meddle(procedure, calls.get(procedure) as number);
      return answer;
    },
  };
  const world = memoryWorld({ clients: { FunctionDocuments: serviceClient(watched, ['list', 'many', 'get']) } });
  documents = runService(
    documentsHandlers((size) => new Uint8Array(size).fill(++seed)),
    world,
  );
  indexing = runService(indexingHandlers(), world);
});

const save = (id: string, body = `body of ${id}`) => documents.call('save', { id, folder: 'inbox', title: `Title of ${id}`, body });
const begin = (change: object = {}) =>
  indexing.table('rebuilds').put({
    ...KEY,
    state: 'waiting',
    phase: 'write',
    indexed: 0,
    removed: 0,
    startedAtMs: 1_700_000_000_123,
    updatedAtMs: 1_700_000_000_123,
    ...change,
  });
const row = () => indexing.table('rebuilds').items.get('["documents",null]');
const run = () => indexing.call('rebuild', KEY);
const indexed = () => [...indexing.index('index').documents].map(([id, { body }]) => [id, body]).sort();
const stored = () => [...indexing.answers('store').documents.keys()].sort();

describe('rebuild', () => {
  test('writes every document into index and store, and says so', async () => {
    await save('a1');
    await save('a2');
    await begin();
    expect(await run()).toEqual({ ended: 'done' });
    expect(indexed()).toEqual([
      ['a1', 'body of a1'],
      ['a2', 'body of a2'],
    ]);
    expect(indexing.answers('store').documents.get('a1')).toEqual({ id: 'a1', title: 'Title of a1', text: 'body of a1' });
    expect(row()).toMatchObject({ state: 'done', indexed: 2, removed: 0 });
    expect(row()).not.toHaveProperty('cursor');
  });

  test('goes through all pages', async () => {
    for (let count = 0; count < 120; count += 1) {
      documents.nowMs += 1;
      await save(`a${count}`);
    }
    await begin();
    expect(await run()).toEqual({ ended: 'done' });
    expect(indexed()).toHaveLength(120);
    expect(row()).toMatchObject({ indexed: 120 });
  });

  const leaveBehind = async () => {
    await indexing.index('index').ensure();
    const gone = { id: 'gone', folder: 'inbox', title: 'Gone', version: 1, updatedAtMs: 1_600_000_000_000 };
    await indexing.index('index').write([indexedVersion(gone, 'old')]);
    await indexing.answers('store').put([{ id: 'gone', title: 'Gone', text: 'old' }]);
  };

  test('takes out what no document backs', async () => {
    await save('a1');
    await leaveBehind();
    await begin();
    await run();
    expect(indexed()).toEqual([['a1', 'body of a1']]);
    expect(stored()).toEqual(['a1']);
    expect(row()).toMatchObject({ removed: 1 });
  });

  test.each(['store', 'index'])('takes it out of both when it is run again after the %s failed', async (resource) => {
    await leaveBehind();
    await begin();
    indexing.before(resource, resource === 'store' ? 'remove' : 'write', () => {
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    });
    await expect(run()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await run()).toEqual({ ended: 'done' });
    expect([indexed(), stored()]).toEqual([[], []]);
    expect(row()).toMatchObject({ removed: 1 });
  });

  test('from scratch drops the index first', async () => {
    await indexing.index('index').ensure();
    await save('a1');
    const future = { id: 'a1', folder: 'inbox', title: 'A write of the future', version: 9, updatedAtMs: 1_800_000_000_000 };
    await indexing.index('index').write([indexedVersion(future, 'wrong')]);
    await begin({ phase: 'drop' });
    await run();
    expect(indexed()).toEqual([['a1', 'body of a1']]);
  });

  test('of no documents is done at once, and there is an index then', async () => {
    await begin();
    expect(await run()).toEqual({ ended: 'done' });
    expect(indexing.index('index').exists).toBe(true);
  });
});

describe('while others change documents', () => {
  beforeEach(async () => {
    await save('a1');
    await save('a2');
    await begin();
  });

  test('an edit after the document was read is written too', async () => {
    meddle = async (procedure, count) => {
      if (procedure === 'get' && count === 2) await save('a1', 'newer');
    };
    await run();
    expect(indexed()).toEqual([
      ['a1', 'newer'],
      ['a2', 'body of a2'],
    ]);
    expect(indexing.answers('store').documents.get('a1')).toMatchObject({ text: 'newer' });
  });

  test('a document that was removed after it was read is taken out again', async () => {
    meddle = async (procedure, count) => {
      if (procedure === 'get' && count === 2) await documents.call('remove', { id: 'a1' });
    };
    await run();
    expect(indexed()).toEqual([['a2', 'body of a2']]);
    expect(stored()).toEqual(['a2']);
  });

  test('a document that was removed after it was listed is not written', async () => {
    meddle = async (procedure) => {
      if (procedure === 'list') await documents.call('remove', { id: 'a1' });
    };
    await run();
    expect(indexed()).toEqual([['a2', 'body of a2']]);
  });
});

describe('a rebuild that does not come to its end', () => {
  test('waits again when time is short, and goes on from there', async () => {
    for (let count = 0; count < 60; count += 1) await save(`a${count}`);
    await begin();
    meddle = (procedure, count) => {
      if (procedure === 'list' && count === 1) documents.nowMs += 200_000;
    };
    expect(await run()).toEqual({ ended: 'paused' });
    expect(row()).toMatchObject({ state: 'waiting', phase: 'write', indexed: 50, cursor: expect.any(String) });
    expect(await run()).toEqual({ ended: 'done' });
    expect(row()).toMatchObject({ state: 'done', indexed: 60 });
  });

  test('is noted as failed when a step fails, and fails; run again it goes on', async () => {
    await save('a1');
    await begin();
    indexing.before('index', 'write', () => {
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    });
    await expect(run()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(row()).toMatchObject({ state: 'failed', phase: 'write' });
    expect(await run()).toEqual({ ended: 'done' });
  });

  test('a failure of the documents service that is no missing document fails it', async () => {
    await save('a1');
    await begin();
    documents.bucket('bodies').objects.clear();
    await expect(run()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(row()).toMatchObject({ state: 'failed' });
  });

  test('stops when another rebuild has begun', async () => {
    await save('a1');
    await begin();
    meddle = async (procedure) => {
      if (procedure === 'list') await begin({ jobId: 'j2', updatedAtMs: 1_700_000_000_999 });
    };
    expect(await run()).toEqual({ ended: 'superseded' });
    expect(row()).toMatchObject({ jobId: 'j2', state: 'waiting', indexed: 0 });
    expect(await run()).toEqual({ ended: 'superseded' });
  });

  test('of two functions that work at one, the first stops at its next step', async () => {
    await save('a1');
    await begin();
    let nested: unknown;
    meddle = async (procedure, count) => {
      if (procedure === 'list' && count === 1) nested = await run();
    };
    expect(await run()).toEqual({ ended: 'superseded' });
    expect(nested).toEqual({ ended: 'done' });
    expect(row()).toMatchObject({ state: 'done', indexed: 1 });
  });

  test('a done one is not done again', async () => {
    await begin({ state: 'done' });
    expect(await run()).toEqual({ ended: 'done' });
    expect(indexing.index('index').exists).toBe(false);
  });
});
