import { describe, expect, it } from 'vitest';
import { httpStage, result } from '../http/http-client.fixture.js';
import { pages } from './pages.js';

const stage = httpStage();
const targets = () => stage.server.requests.map(({ target }) => target.replace('/prod/rpc/documents/list?input=', ''));
const page = (nextCursor: string | null, ...ids: string[]) => result({ items: ids.map((id) => ({ id })), nextCursor });

async function taken(items: AsyncIterable<{ readonly id: string }>, count = Number.POSITIVE_INFINITY) {
  const ids: string[] = [];
  for await (const { id } of items) {
    ids.push(id);
    if (ids.length === count) break;
  }
  return ids;
}

describe('the pages of a list', () => {
  it('are one loop over the items', async () => {
    stage.answer(page('c1', 'a', 'b'), page('c2'), page(null, 'c'));
    expect(await taken(pages(stage.client().documents.list, { folder: 'inbox' }))).toEqual(['a', 'b', 'c']);
    expect(targets()).toEqual(['{"folder":"inbox"}', '{"folder":"inbox","cursor":"c1"}', '{"folder":"inbox","cursor":"c2"}']);
  });

  it('are asked for no sooner than they are needed', async () => {
    stage.answer(page('c1', 'a', 'b'), page(null, 'c'));
    expect(await taken(pages(stage.client().documents.list, {}), 2)).toEqual(['a', 'b']);
    expect(targets()).toEqual(['{}']);
  });

  it('can be taken whole, and begin at a cursor', async () => {
    stage.answer(page('c2', 'c'), page(null, 'd'));
    const cursors: (string | null)[] = [];
    for await (const { nextCursor } of pages(stage.client().documents.list, {}, { cursor: 'c1' }).byPage()) cursors.push(nextCursor);
    expect(cursors).toEqual(['c2', null]);
    expect(targets()[0]).toBe('{"cursor":"c1"}');
  });

  it('end the loop with the error of a call', async () => {
    stage.answer(page('c1', 'a'), {
      status: 404,
      body: '{"error":{"message":"gone","code":-32004,"data":{"code":"NOT_FOUND","httpStatus":404}}}',
    });
    await expect(taken(pages(stage.client().documents.list, {}))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('never go in circles', async () => {
    stage.answer(page('c1', 'a'));
    await expect(taken(pages(stage.client().documents.list, {}))).rejects.toMatchObject({ code: 'INVALID_REPLY', path: 'documents.list' });
  });
});
