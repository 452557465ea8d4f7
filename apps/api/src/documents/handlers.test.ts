import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, runService, START_MS } from '../fakes/run-service.fixture.js';
import { documentsHandlers } from './handlers.js';

let service: RunningService;
let seed: number;
beforeEach(() => {
  seed = 0;
  service = runService(documentsHandlers((size) => new Uint8Array(size).fill(++seed)));
});

const save = (id: string, body = `body of ${id}`, folder = 'inbox') => service.call('save', { id, folder, title: `Title of ${id}`, body });
const bodyKeys = () => [...service.bucket('bodies').objects.keys()];
const unavailable = new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] storage is busy or out of reach; try again');

describe('save', () => {
  test('stores a new document and answers its facts', async () => {
    expect(await save('a1', 'grüße')).toEqual({
      id: 'a1',
      folder: 'inbox',
      title: 'Title of a1',
      bytes: 7,
      version: 1,
      createdAtMs: 1_700_000_000_123,
      updatedAtMs: 1_700_000_000_123,
    });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ id: 'a1', version: 1, body: 'grüße' });
  });

  test('makes an id when none is given, one that sorts by time', async () => {
    const make = () => service.call('save', { folder: 'inbox', title: 'T', body: '' }) as Promise<{ id: string }>;
    const { id } = await make();
    // 1,700,000,000,123 in base 32, then sixteen times the byte 1.
    expect(id).toBe('01hf7yat3v1111111111111111');
    service.nowMs += 1;
    expect((await make()).id > id).toBe(true);
  });

  test('an existing id is replaced: a version more, the first date, the old body gone', async () => {
    await save('a1', 'one');
    service.nowMs += 1_000;
    expect(await save('a1', 'two')).toMatchObject({ version: 2, createdAtMs: START_MS, updatedAtMs: START_MS + 1_000, bytes: 3 });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ version: 2, body: 'two' });
    expect(bodyKeys()).toEqual(['a1/2-0202020202020202']);
  });

  test('saving is announced to the folder and to every folder, after it is stored', async () => {
    await save('a1');
    const event = { change: 'saved', document: expect.objectContaining({ id: 'a1', folder: 'inbox', version: 1 }) };
    expect(service.published).toEqual([
      { topic: 'documents.changes/*', event },
      { topic: 'documents.changes/inbox', event },
    ]);
  });

  test('a document that moves is announced in the folder it left, and found in the new one only', async () => {
    await save('a1', 'b', 'inbox');
    service.published.length = 0;
    await save('a1', 'b', 'archive');
    expect(service.published.map(({ topic }) => topic)).toEqual([
      'documents.changes/*',
      'documents.changes/archive',
      'documents.changes/inbox',
    ]);
    expect(await service.call('list', { folder: 'inbox' })).toEqual({ items: [], nextCursor: null });
    expect(await service.call('list', { folder: 'archive' })).toMatchObject({ items: [{ id: 'a1' }] });
  });

  test('an announcement that fails leaves the document stored, the call successful and a line in the log', async () => {
    service.publishFails = true;
    expect(await save('a1')).toMatchObject({ id: 'a1', version: 1 });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ version: 1 });
    expect(service.logLines.join()).toContain('change was stored and not announced');
  });

  test('another writer who comes first is replaced, not lost: versions count both', async () => {
    service.before('table', 'put', async () => void (await save('a1', 'theirs')));
    expect(await save('a1', 'mine')).toMatchObject({ version: 2 });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ version: 2, body: 'mine' });
    expect(bodyKeys()).toHaveLength(1);
  });

  test('many writers at once: every version is counted, one body is left', async () => {
    const saved = (await Promise.all(['w1', 'w2', 'w3'].map((body) => save('a1', body)))) as { version: number }[];
    expect(saved.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
    expect(bodyKeys()).toHaveLength(1);
  });

  test('gives up as SERVICE_UNAVAILABLE when others always come first, and leaves nothing', async () => {
    const meddle = (left: number) => {
      if (left === 0) return;
      service.before('table', 'put', async () => {
        const item = service.table('table').items.get('["a1",null]');
        service.table('table').items.set('["a1",null]', { ...item, id: 'a1', version: left, bodyKey: `theirs-${left}`, folder: 'inbox' });
        meddle(left - 1);
      });
    };
    meddle(5);
    await expect(save('a1', 'mine')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(bodyKeys()).toEqual([]);
  });

  test('a write whose answer got lost and was repeated is a success', async () => {
    service.answerInstead('table', 'put', false);
    expect(await save('a1', 'mine')).toMatchObject({ version: 1 });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ version: 1, body: 'mine' });
    expect(service.published).toHaveLength(2);
  });

  test('when nobody knows whether the facts were stored, the body stays: they may name it', async () => {
    service.answerInstead('table', 'put', unavailable);
    await expect(save('a1', 'mine')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ body: 'mine' });
  });

  test('nothing is visible when the body cannot be stored', async () => {
    service.before('bodies', 'put', () => {
      throw unavailable;
    });
    await expect(save('a1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(service.call('get', { id: 'a1' })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    expect(service.published).toEqual([]);
  });

  test('an old body that cannot be removed does not fail the save', async () => {
    await save('a1', 'one');
    service.before('bodies', 'delete', () => {
      throw unavailable;
    });
    expect(await save('a1', 'two')).toMatchObject({ version: 2 });
    expect(service.logLines.join()).toContain('body left behind');
  });

  test('a version is later than the one before, whatever the clock says', async () => {
    await save('a1');
    service.nowMs -= 5_000;
    expect(await save('a1')).toMatchObject({ version: 2, updatedAtMs: START_MS + 1 });
  });
});

describe('edit', () => {
  test('changes the title and keeps the body', async () => {
    await save('a1', 'text');
    expect(await service.call('edit', { id: 'a1', version: 1, title: 'New' })).toMatchObject({ version: 2, title: 'New', bytes: 4 });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ title: 'New', body: 'text' });
  });

  test('changes the body and removes the old one', async () => {
    await save('a1', 'text');
    expect(await service.call('edit', { id: 'a1', version: 1, body: 'longer text' })).toMatchObject({ version: 2, bytes: 11 });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ title: 'Title of a1', body: 'longer text' });
    expect(bodyKeys()).toHaveLength(1);
  });

  test('an edit that changes nothing is no new version and no event', async () => {
    await save('a1');
    service.published.length = 0;
    expect(await service.call('edit', { id: 'a1', version: 1 })).toMatchObject({ version: 1 });
    expect(service.published).toEqual([]);
  });

  test('is announced as edited', async () => {
    await save('a1');
    service.published.length = 0;
    await service.call('edit', { id: 'a1', version: 1, title: 'New' });
    expect(service.published.map(({ topic }) => topic)).toEqual(['documents.changes/*', 'documents.changes/inbox']);
    expect(service.published[0]?.event).toMatchObject({ change: 'edited', document: { version: 2, title: 'New' } });
  });

  test('a document that does not exist is NOT_FOUND', async () => {
    await expect(service.call('edit', { id: 'a1', version: 1, title: 'New' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      error: 'NOT_FOUND',
      data: { id: 'a1' },
    });
  });

  test('a version that is not the current one is STALE_VERSION, with the current one', async () => {
    await save('a1');
    await save('a1');
    await expect(service.call('edit', { id: 'a1', version: 1, title: 'New' })).rejects.toMatchObject({
      code: 'CONFLICT',
      error: 'STALE_VERSION',
      data: { id: 'a1', currentVersion: 2 },
    });
  });

  test('somebody who edits in between makes it STALE_VERSION, and its body is removed', async () => {
    await save('a1', 'one');
    service.before('table', 'put', async () => void (await service.call('edit', { id: 'a1', version: 1, body: 'theirs' })));
    await expect(service.call('edit', { id: 'a1', version: 1, body: 'mine' })).rejects.toMatchObject({
      error: 'STALE_VERSION',
      data: { currentVersion: 2 },
    });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ body: 'theirs' });
    expect(bodyKeys()).toHaveLength(1);
  });

  test('somebody who removes it in between makes it NOT_FOUND', async () => {
    await save('a1');
    service.before('table', 'put', async () => void (await service.call('remove', { id: 'a1' })));
    await expect(service.call('edit', { id: 'a1', version: 1, body: 'mine' })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    expect(bodyKeys()).toEqual([]);
  });

  test('a document that was removed and made again is another one, even with the same version', async () => {
    await save('a1', 'first life');
    service.before('table', 'put', async () => {
      await service.call('remove', { id: 'a1' });
      await save('a1', 'second life');
    });
    await expect(service.call('edit', { id: 'a1', version: 1, title: 'New' })).rejects.toMatchObject({ error: 'STALE_VERSION' });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ title: 'Title of a1', body: 'second life' });
  });

  test('a title whose answer got lost and was repeated is a success', async () => {
    await save('a1');
    service.answerInstead('table', 'put', false);
    expect(await service.call('edit', { id: 'a1', version: 1, title: 'New' })).toMatchObject({ version: 2, title: 'New' });
  });
});

describe('get', () => {
  test('a document that does not exist is NOT_FOUND', async () => {
    await expect(service.call('get', { id: 'a1' })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { id: 'a1' } });
  });

  test('an edit between facts and body gives the new version whole', async () => {
    await save('a1', 'one');
    service.before('bodies', 'get', async () => void (await save('a1', 'two!')));
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ version: 2, bytes: 4, body: 'two!' });
  });

  test('a removal between facts and body is NOT_FOUND', async () => {
    await save('a1');
    service.before('bodies', 'get', async () => void (await service.call('remove', { id: 'a1' })));
    await expect(service.call('get', { id: 'a1' })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });

  test('a body that is gone without an edit is INTERNAL_SERVER_ERROR, and the log says which', async () => {
    await save('a1');
    service.bucket('bodies').objects.clear();
    await expect(service.call('get', { id: 'a1' })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(service.logLines.join()).toContain('bucket Bodies has no object a1/1-');
  });
});

describe('remove', () => {
  test('deletes facts and body, and announces what was deleted', async () => {
    await save('a1');
    service.published.length = 0;
    expect(await service.call('remove', { id: 'a1' })).toEqual({ id: 'a1' });
    expect(bodyKeys()).toEqual([]);
    await expect(service.call('get', { id: 'a1' })).rejects.toMatchObject({ error: 'NOT_FOUND' });
    expect(service.published).toHaveLength(2);
    expect(service.published[0]?.event).toMatchObject({ change: 'removed', document: { id: 'a1', version: 1 } });
  });

  test('a document that does not exist is NOT_FOUND', async () => {
    await expect(service.call('remove', { id: 'a1' })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { id: 'a1' } });
  });

  test('removes the version that came in between, body and all', async () => {
    await save('a1');
    service.before('table', 'delete', async () => void (await save('a1', 'newer')));
    expect(await service.call('remove', { id: 'a1' })).toEqual({ id: 'a1' });
    expect(bodyKeys()).toEqual([]);
  });

  test('a removal whose answer got lost and was repeated is a success, and announced', async () => {
    await save('a1');
    service.published.length = 0;
    service.answerInstead('table', 'delete', false);
    expect(await service.call('remove', { id: 'a1' })).toEqual({ id: 'a1' });
    expect(service.published).toHaveLength(2);
  });
});

describe('list and folders', () => {
  const saveThree = async () => {
    for (const [id, folder] of [
      ['a1', 'inbox'],
      ['a2', 'archive'],
      ['a3', 'inbox'],
    ] as const) {
      await save(id, 'b', folder);
      service.nowMs += 1_000;
    }
  };

  test('lists every folder, newest change first', async () => {
    await saveThree();
    await service.call('edit', { id: 'a1', version: 1, title: 'Newest' });
    const { items } = (await service.call('list', {})) as { items: { id: string }[] };
    expect(items.map(({ id }) => id)).toEqual(['a1', 'a3', 'a2']);
  });

  test('lists one folder, a page at a time', async () => {
    await saveThree();
    const first = (await service.call('list', { folder: 'inbox', limit: 1 })) as { items: object[]; nextCursor: string };
    expect(first.items).toMatchObject([{ id: 'a3' }]);
    const second = await service.call('list', { folder: 'inbox', limit: 1, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ id: 'a1' }], nextCursor: null });
  });

  test('the cursor of another list is BAD_REQUEST', async () => {
    await saveThree();
    const { nextCursor } = (await service.call('list', { limit: 1 })) as { nextCursor: string };
    await expect(service.call('list', { folder: 'inbox', cursor: nextCursor })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('lists show facts and nothing of how they are stored', async () => {
    await save('a1');
    const { items } = (await service.call('list', {})) as { items: object[] };
    expect(Object.keys(items[0] ?? {}).sort()).toEqual(['bytes', 'createdAtMs', 'folder', 'id', 'title', 'updatedAtMs', 'version']);
  });

  test('folders are listed by name, and stay when their documents are gone', async () => {
    await saveThree();
    await service.call('remove', { id: 'a2' });
    expect(await service.call('folders')).toEqual({ folders: ['archive', 'inbox'] });
  });
});

describe('many', () => {
  test('gives the facts of those that exist, in the order asked for, each once', async () => {
    await save('a1');
    await save('a2');
    const { items } = (await service.call('many', { id: ['a2', 'a3', 'a1', 'a2'] })) as { items: object[] };
    expect(items).toMatchObject([{ id: 'a2', version: 1 }, { id: 'a1' }]);
    expect(items[0]).not.toHaveProperty('bodyKey');
  });
});

describe('move', () => {
  const move = (...ids: string[]) => service.call('move', { ids, folder: 'archive' });
  const folderOf = async (id: string) => ((await service.call('get', { id })) as { folder: string }).folder;
  beforeEach(async () => {
    await save('a1');
    await save('a2');
    service.published.length = 0;
  });

  test('puts all of them into the folder, a version more each, bodies where they are', async () => {
    const before = bodyKeys();
    expect(await move('a2', 'a1')).toMatchObject({
      items: [
        { id: 'a2', folder: 'archive', version: 2 },
        { id: 'a1', folder: 'archive', version: 2 },
      ],
    });
    expect(await service.call('get', { id: 'a1' })).toMatchObject({ folder: 'archive', title: 'Title of a1', body: 'body of a1' });
    expect(await service.call('folders')).toEqual({ folders: ['archive', 'inbox'] });
    expect(bodyKeys()).toEqual(before);
  });

  test('is announced as an edit, in the folder they left too', async () => {
    await move('a1');
    expect(service.published.map(({ topic }) => topic)).toEqual([
      'documents.changes/*',
      'documents.changes/archive',
      'documents.changes/inbox',
    ]);
    expect(service.published[0]?.event).toMatchObject({ change: 'edited', document: { id: 'a1', folder: 'archive', version: 2 } });
  });

  test('one that is there already stays as it is', async () => {
    await move('a1');
    service.published.length = 0;
    expect(await move('a1')).toMatchObject({ items: [{ id: 'a1', version: 2 }] });
    expect(service.published).toEqual([]);
  });

  test('one that does not exist is NOT_FOUND, and none is moved', async () => {
    await expect(move('a1', 'a3', 'a4')).rejects.toMatchObject({ error: 'NOT_FOUND', data: { ids: ['a3', 'a4'] } });
    expect(await folderOf('a1')).toBe('inbox');
  });

  test('somebody who edits one in between: all are moved, the edit is kept', async () => {
    service.before('table', 'transact', async () => void (await service.call('edit', { id: 'a2', version: 1, title: 'Theirs' })));
    expect(await move('a1', 'a2')).toMatchObject({ items: [{ version: 2 }, { version: 3, title: 'Theirs' }] });
  });

  test('somebody who removes one in between makes it NOT_FOUND, and none is moved', async () => {
    service.before('table', 'transact', async () => void (await service.call('remove', { id: 'a2' })));
    await expect(move('a1', 'a2')).rejects.toMatchObject({ error: 'NOT_FOUND', data: { ids: ['a2'] } });
    expect(await folderOf('a1')).toBe('inbox');
  });

  test('a store that fails leaves all where they were', async () => {
    service.before('table', 'transact', () => {
      throw unavailable;
    });
    await expect(move('a1', 'a2')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await folderOf('a1')).toBe('inbox');
    expect(service.published).toEqual([]);
  });
});

describe('changes', () => {
  test('follow one folder, or every folder under a name no folder can have', async () => {
    expect(await service.subscribe('changes', { folder: 'inbox' })).toBe('inbox');
    expect(await service.subscribe('changes', {})).toBe('*');
    await expect(service.subscribe('changes', { folder: '*' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
