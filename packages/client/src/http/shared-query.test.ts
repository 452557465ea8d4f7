import { describe, expect, it } from 'vitest';
import { httpStage, refusal, result } from './http-client.fixture.js';

const stage = httpStage();

describe('identical queries that are under way', () => {
  it('travel once, in one burst and while the first waits for its answer', async () => {
    stage.answer('never');
    const gateway = stage.client();
    const calls = [gateway.documents.get.query({ id: 'a' }), gateway.documents.get.query({ id: 'a' })];
    await stage.server.seen(1);
    calls.push(gateway.documents.get.query({ id: 'a' }));
    stage.clock.advance(30_000);
    await expect(Promise.allSettled(calls)).resolves.toMatchObject([
      { reason: { code: 'TIMEOUT' } },
      { reason: { code: 'TIMEOUT' } },
      { reason: { code: 'TIMEOUT' } },
    ]);
    expect(stage.server.requests).toHaveLength(1);
  });

  it('give each caller data of its own', async () => {
    stage.answer(result({ tags: ['a'] }));
    const gateway = stage.client();
    const [first, second] = (await Promise.all([
      gateway.documents.get.query({ id: 'a' }),
      gateway.documents.get.query({ id: 'a' }),
    ])) as unknown as { tags: string[] }[];
    first?.tags.push('b');
    expect(second).toEqual({ tags: ['a'] });
  });

  it('fail together', async () => {
    stage.answer(refusal(404, 'NOT_FOUND', { error: 'NOT_FOUND', details: { id: 'a' } }));
    const gateway = stage.client();
    const calls = Promise.allSettled([gateway.documents.get.query({ id: 'a' }), gateway.documents.get.query({ id: 'a' })]);
    await expect(calls).resolves.toMatchObject([{ reason: { error: 'NOT_FOUND' } }, { reason: { error: 'NOT_FOUND' } }]);
    expect(stage.server.requests).toHaveLength(1);
  });

  it('are asked anew when the one before has ended', async () => {
    stage.answer(result(1), result(2));
    const gateway = stage.client();
    await expect(gateway.documents.get.query({ id: 'a' })).resolves.toBe(1);
    await expect(gateway.documents.get.query({ id: 'a' })).resolves.toBe(2);
  });

  it('are aborted one by one, and the request with the last', async () => {
    stage.answer('never');
    const controllers = [new AbortController(), new AbortController()];
    const gateway = stage.client();
    const [first, second] = controllers.map(({ signal }) => gateway.documents.get.query({ id: 'a' }, { signal }));
    await stage.server.seen(1);
    controllers[0]?.abort();
    await expect(first).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    controllers[1]?.abort();
    await expect(second).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    await stage.server.requests[0]?.aborted;
  });

  it('of other input, headers or callers travel each', async () => {
    stage.answer(result(1));
    let token = 'one';
    const gateway = stage.client({ headers: () => ({ authorization: token }) });
    const first = gateway.documents.get.query({ id: 'a' });
    const other = gateway.documents.get.query({ id: 'a' }, { headers: { 'x-tenant': 'b' } });
    await stage.server.seen(2);
    token = 'two';
    await Promise.all([first, other, gateway.documents.get.query({ id: 'a' })]);
    expect(stage.server.requests).toHaveLength(3);
  });

  it('are never mutations', async () => {
    stage.answer({ body: '[{"result":{}},{"result":{}}]' });
    const gateway = stage.client();
    await Promise.all([gateway.documents.remove.mutate({ id: 'a' }), gateway.documents.remove.mutate({ id: 'a' })]);
    expect(stage.server.requests[0]?.body).toBe('{"0":{"id":"a"},"1":{"id":"a"}}');
  });

  it('joined late may wait longer than the first: the server’s TIMEOUT of the first is asked again', async () => {
    stage.answer(refusal(408, 'TIMEOUT'), result('there'));
    await expect(stage.client({ random: () => 0 }).documents.get.query({ id: 'a' })).resolves.toBe('there');
  });
});
