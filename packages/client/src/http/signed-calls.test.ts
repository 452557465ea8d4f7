import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { httpStage, refusal, result } from './http-client.fixture.js';

const stage = httpStage();
const unauthorized = refusal(401, 'UNAUTHORIZED');

/** Gives a token after the other, and says how it was asked. */
function tokens(...given: (string | null)[]) {
  const asked: boolean[] = [];
  const getToken = async ({ forceRefresh }: { readonly forceRefresh: boolean }) => {
    asked.push(forceRefresh);
    return given[Math.min(asked.length, given.length) - 1] ?? null;
  };
  return { asked, auth: { getToken } };
}

const sent = () => stage.server.requests.map(({ headers }) => headers.authorization);

describe('calls of a client with auth', () => {
  it('carry the token, over whatever the headers option says', async () => {
    stage.answer(result(1));
    const { auth } = tokens('one');
    await stage.client({ auth, headers: { authorization: 'Basic x', 'x-app': 'test' } }).documents.folders.query();
    expect(sent()).toEqual(['Bearer one']);
    expect(stage.server.requests[0]?.headers['x-app']).toBe('test');
  });

  it('are anonymous while there is no token', async () => {
    stage.answer(unauthorized);
    const { auth, asked } = tokens(null);
    await expect(stage.client({ auth }).documents.folders.query()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect([sent(), asked]).toEqual([[undefined], [false]]);
  });

  it('are sent once more with a refreshed token after a 401', async () => {
    stage.answer(unauthorized, result('there'));
    const { auth, asked } = tokens('old', 'new');
    await expect(stage.client({ auth, retries: 0 }).documents.get.query({ id: 'a' })).resolves.toBe('there');
    expect([sent(), asked]).toEqual([
      ['Bearer old', 'Bearer new'],
      [false, true],
    ]);
  });

  it('are not sent a third time', async () => {
    stage.answer(unauthorized);
    const { auth, asked } = tokens('old', 'new', 'newer');
    await expect(stage.client({ auth }).documents.get.query({ id: 'a' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect([sent(), asked]).toEqual([
      ['Bearer old', 'Bearer new'],
      [false, true],
    ]);
  });

  it('are not sent again with a token that is the same', async () => {
    stage.answer(unauthorized);
    const { auth } = tokens('old');
    await expect(stage.client({ auth }).documents.get.query({ id: 'a' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(sent()).toEqual(['Bearer old']);
  });

  it('end with the 401 when no token can be had', async () => {
    stage.answer(unauthorized);
    const auth = {
      getToken: ({ forceRefresh }: { forceRefresh: boolean }) => (forceRefresh ? Promise.reject(new Error('offline')) : 'old'),
    };
    await expect(stage.client({ auth }).documents.get.query({ id: 'a' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('refresh once for all that were refused', async () => {
    stage.server.answer(({ headers }) => (headers.authorization === 'Bearer new' ? result('there') : unauthorized));
    const { auth, asked } = tokens('old', 'new');
    const gateway = stage.client({ auth });
    await Promise.all([gateway.documents.folders.query(), gateway.system.health.query(), gateway.documents.remove.mutate({ id: 'a' })]);
    expect(asked).toEqual([false, true]);
  });

  it('of a mutation without a key are sent again too: what was refused did not run', async () => {
    stage.answer(unauthorized, result('there'));
    const { auth } = tokens('old', 'new');
    await expect(stage.client({ auth }).documents.remove.mutate({ id: 'a' }, { key: false })).resolves.toBe('there');
  });

  it('fail with what getToken throws, and send nothing', async () => {
    const auth = { getToken: () => Promise.reject(new Error('signed out')) };
    await expect(stage.client({ auth }).documents.folders.query()).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      message: '[NETWORK_ERROR] documents.folders got no answer: signed out',
    });
    expect(stage.server.requests).toHaveLength(0);
  });

  it.each([
    ['refused', unauthorized],
    ['broken', 'reset' as const],
    ['unreadable', { body: 'hello' }],
  ])('name the token nowhere when they are %s', async (_what, reply) => {
    stage.answer(reply);
    const { auth } = tokens('eyJhbGciOi.secret\n');
    const error: unknown = await stage
      .client({ auth, retries: 0 })
      .documents.folders.query()
      .catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret');
  });
});
