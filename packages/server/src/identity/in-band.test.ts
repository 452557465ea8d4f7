/** Signing in and out on an open connection: PROTOCOL.md P5.9 and P5.10. */

import { describe, expect, it } from 'vitest';
import { NOW, unsigned } from './fake-issuer.fixture.js';
import { createSignedStage, ID, NEWS, SECRETS } from './signed-stage.fixture.js';

describe('P5.9 gw.auth', () => {
  it('makes a connection its user’s, and says for how long', async () => {
    const { connect, call, auth, token } = createSignedStage();
    await connect();
    expect([await call('who'), await call('mine')]).toEqual(['anybody', 'UNAUTHORIZED']);
    expect(await auth(token())).toBe(300_000);
    expect([await call('who'), await call('mine'), await call('write', 'mutation')]).toEqual(['ada', 'ada', undefined]);
  });

  it('is answered under its id, also when it has none', async () => {
    const { connect, send, token } = createSignedStage();
    await connect();
    const frame = { method: 'gw.auth', svc: 'gw', params: { token: token() } };
    expect(await send({ id: 'a1', ...frame })).toEqual({ id: 'a1', result: { type: 'data', data: { expiresInMs: 300_000 } } });
    expect(await send({ id: null, ...frame })).toEqual({ id: null, result: { type: 'data', data: { expiresInMs: 300_000 } } });
  });

  it('renews the sign-in with a later token, and takes new scopes', async () => {
    const { connect, call, auth, token, clock } = createSignedStage();
    await connect();
    await auth(token({ scope: 'read' }));
    expect(await call('write', 'mutation')).toBe('FORBIDDEN');
    clock.advance(240_000);
    expect(await auth(token({ exp: NOW + 540 }))).toBe(300_000);
    clock.advance(200_000);
    expect([await call('mine'), await call('write', 'mutation')]).toEqual(['ada', undefined]);
  });

  it('with a token of fewer scopes ends what needs a user, to be judged again, and nothing else', async () => {
    const { connect, auth, token, follow, publish, pushed, sync } = createSignedStage();
    await connect();
    await auth(token({ scope: 'read write' }));
    await follow(2, 'secrets');
    await follow(3, 'news');
    await auth(token({ scope: 'write read more' }));
    await publish(SECRETS, 1);
    await auth(token({ scope: 'read more' }));
    await publish(SECRETS, 2);
    await publish(NEWS, 3);
    expect(pushed()).toEqual([1, 3]);
    expect((await sync([2, 'e1.1'])).params.s).toEqual([[2, null]]);
    await follow(2, 'secrets');
    await publish(SECRETS, 4);
    expect(pushed()).toEqual([1, 3, 4]);
  });

  it('refuses the token of another user, and leaves the connection as it was', async () => {
    const { connect, call, auth, token } = createSignedStage();
    await connect();
    await auth(token());
    expect(await auth(token({ sub: 'bob' }))).toBe(
      'FORBIDDEN: [FORBIDDEN] the token is of another user; open a connection of their own, or sign out first',
    );
    expect(await call('mine')).toBe('ada');
  });

  it.each([
    ['is forged', () => unsigned({ sub: 'ada' }), 'UNAUTHORIZED'],
    [
      'has expired, though the tolerance would do',
      ({ token }: ReturnType<typeof createSignedStage>) => token({ exp: NOW - 1 }),
      'UNAUTHORIZED',
    ],
  ])('refuses a token that %s, and leaves the connection as it was', async (_, make, code) => {
    const stage = createSignedStage();
    await stage.connect();
    await stage.auth(stage.token());
    expect(await stage.auth(make(stage))).toContain(`${code}: `);
    expect(await stage.call('mine')).toBe('ada');
  });

  it('cannot be served while keys cannot be read, and leaves the connection as it was', async () => {
    const { connect, call, auth, token, issuer } = createSignedStage();
    await connect();
    issuer.failure = new Error('down');
    expect(await auth(token())).toContain('SERVICE_UNAVAILABLE: ');
    expect(await call('mine')).toBe('UNAUTHORIZED');
  });

  it('with null makes it nobody’s: what its user followed is followed no longer', async () => {
    const { connect, call, auth, token, follow, publish, pushed, sync } = createSignedStage();
    await connect();
    await auth(token());
    await follow(2, 'secrets');
    expect(await auth(null)).toBeNull();
    expect([await call('who'), await call('mine')]).toEqual(['anybody', 'UNAUTHORIZED']);
    await publish(SECRETS, 5);
    expect(pushed()).toEqual([]);
    expect((await sync([2, 'e1.0'])).params.s).toEqual([[2, null]]);
    expect(await auth(token({ sub: 'bob' }))).toBe(300_000);
    expect(await call('mine')).toBe('bob');
  });

  it('of a connection that is closed is UNAUTHORIZED', async () => {
    const { auth, token } = createSignedStage();
    expect(await auth(token())).toContain('UNAUTHORIZED: [UNAUTHORIZED] the connection is closed');
  });

  it('without a token is a BAD_REQUEST that repeats nothing of it', async () => {
    const { send } = createSignedStage();
    const { error } = await send({ id: 7, method: 'gw.auth', svc: 'gw', params: { token: { secret: 's3cret' } } });
    expect(error.data.code).toBe('BAD_REQUEST');
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });
});

describe('P5.10 connection parameters', () => {
  const params = (token: string) => ({ method: 'connectionParams', data: { token, tenant: 'blue' } });

  it('with a token sign a stock client in, and the token is not kept', async () => {
    const { connect, send, call, token, connections } = createSignedStage();
    await connect({ connectionParams: '1' });
    expect(await send(params(token()))).toBeUndefined();
    expect([await call('who'), await call('mine')]).toEqual(['ada', 'ada']);
    expect(await connections.get(ID)).toMatchObject({ params: { tenant: 'blue' } });
    expect(JSON.stringify(await connections.get(ID))).not.toContain(token().slice(0, 20));
  });

  it('are waited for by calls that overtake them, public ones too', async () => {
    const { connect, send, call, token, clock } = createSignedStage();
    await connect({ connectionParams: '1' });
    const answer = call('who');
    while (clock.sleepers < 3) await new Promise(setImmediate);
    await send(params(token()));
    clock.advance(25);
    expect(await answer).toBe('ada');
  });

  it('with a token that does not do refuse every call, and never let it run as nobody’s', async () => {
    const { connect, send, call, auth, token } = createSignedStage();
    await connect({ connectionParams: '1' });
    expect(await send(params('abc'))).toMatchObject({ id: null, error: { data: { code: 'UNAUTHORIZED' } } });
    expect([await call('who'), await call('mine')]).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED']);
    await auth(token());
    expect(await call('mine')).toBe('ada');
  });

  it('whose token cannot be checked now are SERVICE_UNAVAILABLE', async () => {
    const { connect, send, call, token, issuer } = createSignedStage();
    await connect({ connectionParams: '1' });
    issuer.failure = new Error('down');
    await send(params(token()));
    expect([await call('who'), await call('mine')]).toEqual(['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE']);
  });

  it('without a token are what they were', async () => {
    const { connect, send, call, connections } = createSignedStage();
    await connect({ connectionParams: '1' });
    await send({ method: 'connectionParams', data: { tenant: 'red' } });
    expect(await call('who')).toBe('anybody');
    expect((await connections.get(ID))?.params).toEqual({ tenant: 'red' });
  });
});

describe('P5.11 a sign-in that is over', () => {
  it('makes calls that need a user UNAUTHORIZED, and others nobody’s', async () => {
    const { connect, call, auth, token, clock } = createSignedStage();
    await connect();
    await auth(token());
    clock.advance(299_999);
    expect(await call('mine')).toBe('ada');
    clock.advance(1);
    expect([await call('mine'), await call('write', 'mutation'), await call('who')]).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED', 'anybody']);
  });

  it('ends the pushes that need a user, and no others', async () => {
    const { connect, auth, token, clock, follow, publish, pushed } = createSignedStage();
    await connect();
    await auth(token());
    await follow(2, 'secrets');
    await follow(3, 'news');
    await publish(SECRETS, 1);
    await publish(NEWS, 2);
    clock.advance(300_000);
    await publish(SECRETS, 3);
    await publish(NEWS, 4);
    expect(pushed()).toEqual([1, 2, 4]);
  });

  it('is told to who asks what was missed: sign in anew and come back', async () => {
    const { connect, auth, token, clock, follow, publish, sync } = createSignedStage();
    await connect();
    await auth(token());
    await follow(2, 'secrets');
    clock.advance(300_000);
    await publish(SECRETS, 3);
    const bye = { id: null, method: 'gw.bye', params: { code: 4401, why: 'the token of the connection has expired', retry: true } };
    expect(await sync([2, 'e1.0'])).toEqual(bye);
    expect(await sync()).toEqual(bye);
  });

  it('that is renewed in time goes on: pushes too', async () => {
    const { connect, auth, token, clock, follow, publish, pushed } = createSignedStage();
    await connect();
    await auth(token());
    await follow(2, 'secrets');
    clock.advance(240_000);
    await auth(token({ exp: NOW + 540 }));
    clock.advance(100_000);
    await publish(SECRETS, 1);
    expect(pushed()).toEqual([1]);
  });

  it('that is renewed late, or whose rows were not, gets from the next sync what was missed', async () => {
    const { connect, auth, token, clock, follow, publish, pushed, sync, subscriptions } = createSignedStage();
    await connect();
    await auth(token());
    await follow(2, 'secrets');
    const { extend } = subscriptions;
    subscriptions.extend = async () => {};
    clock.advance(300_000);
    await publish(SECRETS, 1);
    await auth(token({ exp: NOW + 900 }));
    await publish(SECRETS, 2);
    expect(pushed()).toEqual([]);
    subscriptions.extend = extend;
    expect((await sync([2, 'e1.0'])).params.s).toEqual([
      [
        2,
        'e1.2',
        [
          [1, 1],
          [2, 2],
        ],
      ],
    ]);
    await publish(SECRETS, 3);
    expect(pushed()).toEqual([3]);
  });

  it('ends subscriptions of stock clients that had not begun yet, before anything is sent', async () => {
    const { connect, send, token, clock, publish, sender } = createSignedStage();
    await connect({ connectionParams: '1' });
    await send({ method: 'connectionParams', data: { token: token() } });
    await send({ id: 5, method: 'subscription', params: { path: 'vault.secrets', lastEventId: 'e1.0' } });
    clock.advance(300_000);
    await publish(SECRETS, 1);
    const frames = (sender.frames.get(ID) ?? []).map((text) => JSON.parse(text));
    expect(frames.map(({ result, error }) => error?.data.code ?? result.type)).toEqual(['UNAUTHORIZED']);
  });

  it('ends subscriptions of stock clients with UNAUTHORIZED', async () => {
    const { connect, send, token, clock, publish, sender } = createSignedStage();
    await connect({ connectionParams: '1' });
    await send({ method: 'connectionParams', data: { token: token() } });
    await send({ id: 5, method: 'subscription', params: { path: 'vault.secrets' } });
    await publish(SECRETS, 1);
    clock.advance(300_000);
    await publish(SECRETS, 2);
    const frames = (sender.frames.get(ID) ?? []).map((text) => JSON.parse(text));
    expect(frames.map(({ result, error }) => error?.data.code ?? result.type)).toEqual(['started', 'data', 'UNAUTHORIZED']);
  });
});
