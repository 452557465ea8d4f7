/** DynamoDB, through the documents service: conditional edits, transactions, batches and pages. */

import { createGatewayClient } from '@org/gateway-client';
import { describe, expect, inject, it } from 'vitest';
import { freshName } from './names.js';
import { signedIn } from './sign-in.js';

const stage = inject('stage');
const gateway = createGatewayClient({ url: stage.restUrl, socketUrl: stage.socketUrl, ...signedIn() });

describe('documents', () => {
  const saveMany = (folder: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, n) => gateway.documents.save.mutate({ folder, title: `Number ${n}`, body: `Body ${n}` })),
    );

  it('lets one of two editors of a version win, and tells the other which version is current', async () => {
    const { id } = await gateway.documents.save.mutate({ folder: freshName('folder'), title: 'Original', body: 'text' });
    const edits = await Promise.allSettled(['One', 'Other'].map((title) => gateway.documents.edit.mutate({ id, version: 1, title })));
    const lost = edits.filter(({ status }) => status === 'rejected');
    expect(edits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(lost).toMatchObject([{ reason: { code: 'CONFLICT', error: 'STALE_VERSION', data: { id, currentVersion: 2 } } }]);
    expect(await gateway.documents.get.query({ id })).toMatchObject({ version: 2, body: 'text' });
  });

  it('moves all of the documents or none', async () => {
    const [from, to] = [freshName('from'), freshName('to')];
    const [first, second] = await saveMany(from, 2);
    const ids = [first?.id ?? '', second?.id ?? ''];
    const missing = freshName('missing');
    await expect(gateway.documents.move.mutate({ ids: [...ids, missing], folder: to })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      data: { ids: [missing] },
    });
    expect((await gateway.documents.list.query({ folder: to })).items).toEqual([]);
    const { items } = await gateway.documents.move.mutate({ ids, folder: to });
    expect(items.map(({ id, folder, version }) => ({ id, folder, version }))).toEqual(ids.map((id) => ({ id, folder: to, version: 2 })));
    expect((await gateway.documents.list.query({ folder: from })).items).toEqual([]);
    expect((await gateway.documents.folders.query()).folders).toEqual(expect.arrayContaining([from, to]));
  });

  it('reads many at once, in the order asked for, and leaves out those that do not exist', async () => {
    const [first, second] = await saveMany(freshName('folder'), 2);
    const id = [second?.id ?? '', freshName('missing'), first?.id ?? ''];
    expect((await gateway.documents.many.query({ id })).items).toEqual([second, first]);
  });

  it('gives every document of a folder on exactly one page, newest first', async () => {
    const folder = freshName('folder');
    const saved = await saveMany(folder, 7);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await gateway.documents.list.query({ folder, limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
    const newestFirst = [...saved].sort((one, other) => other.updatedAtMs - one.updatedAtMs || (one.id < other.id ? 1 : -1));
    expect(pages.flat()).toEqual(newestFirst.map(({ id }) => id));
  });

  it('refuses a cursor of another list', async () => {
    const folder = freshName('folder');
    await saveMany(folder, 2);
    const { nextCursor } = await gateway.documents.list.query({ folder, limit: 1 });
    await expect(gateway.documents.list.query({ folder: freshName('other'), cursor: nextCursor ?? '' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('is gone once it was removed', async () => {
    const { id } = await gateway.documents.save.mutate({ folder: freshName('folder'), title: 'Short-lived', body: 'x' });
    await gateway.documents.remove.mutate({ id });
    await expect(gateway.documents.get.query({ id })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { id } });
    await expect(gateway.documents.edit.mutate({ id, version: 1, title: 'Again' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
