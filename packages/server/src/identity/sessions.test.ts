/** Revocation: PROTOCOL.md P5.12. */

import { GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import { SendError } from '../websocket/sender.js';
import { NOW } from './fake-issuer.fixture.js';
import { createSessions } from './sessions.js';
import { createSignedStage, ID } from './signed-stage.fixture.js';

async function start() {
  const stage = createSignedStage();
  await stage.connect();
  return { ...stage, sessions: createSessions(stage) };
}

describe('P5.12 revoking the sessions of a user', () => {
  it('tells their connections, and closes them', async () => {
    const { sessions, auth, token, sender } = await start();
    await auth(token());
    expect(await sessions.revoke('ada')).toEqual({ connections: 1 });
    expect(sender.frames.get(ID)).toEqual([
      '{"id":null,"method":"gw.bye","params":{"code":4401,"why":"your sessions were revoked","retry":false}}',
    ]);
    expect([...sender.closed]).toEqual([ID]);
  });

  it('leaves others and anonymous connections alone', async () => {
    const { sessions, auth, token, sender } = await start();
    await auth(token({ sub: 'bob' }));
    expect(await sessions.revoke('ada')).toEqual({ connections: 0 });
    expect(sender.closed.size).toBe(0);
  });

  it('refuses tokens that were issued before, and takes later ones', async () => {
    const { sessions, auth, token, clock, call } = await start();
    clock.advance(10_500);
    await sessions.revoke('ada');
    expect(await auth(token({ iat: NOW + 10 }))).toBe('UNAUTHORIZED: [UNAUTHORIZED] the sign-in was revoked; sign in again');
    expect(await auth(token({ iat: undefined }))).toContain('the sign-in was revoked');
    expect(await call('mine')).toBe('UNAUTHORIZED');
    expect(await auth(token({ iat: NOW + 11 }))).toBe(289_500);
    expect(await call('mine')).toBe('ada');
    expect(await auth(token({ iat: NOW + 10 }))).toContain('the sign-in was revoked');
    expect(await call('mine')).toBe('ada');
  });

  it.each([
    ['before', 1, ['ada', 'anybody']],
    ['after', 2, ['UNAUTHORIZED', 'anybody']],
  ])('signs nobody in when revocations cannot be read %s that is written', async (_, failing, [renewed, anonymous]) => {
    const { auth, token, call, signIns, connect } = await start();
    const { isRevoked } = signIns;
    const unreadable = () => {
      let reads = 0;
      signIns.isRevoked = (user) => {
        reads += 1;
        return reads === failing ? Promise.reject(new GatewayError('SERVICE_UNAVAILABLE', 'throttled')) : isRevoked(user);
      };
    };
    unreadable();
    expect(await auth(token())).toContain('SERVICE_UNAVAILABLE');
    expect(await call('who')).toBe(anonymous);
    signIns.isRevoked = isRevoked;
    await connect();
    await auth(token());
    unreadable();
    expect(await auth(token())).toContain('SERVICE_UNAVAILABLE');
    expect(await call('mine')).toBe(renewed);
  });

  it('refuses the handshake with a ticket of before', async () => {
    const { sessions, signIns, connect, clock, connections } = await start();
    const user = { id: 'ada', claims: {}, issuedAtMs: NOW * 1_000, expiresAtMs: (NOW + 300) * 1_000 };
    await signIns.keep('t1', user, clock.now() + 30_000);
    clock.advance(1_000);
    await sessions.revoke('ada');
    expect(await connect({ ticket: 't1' })).toEqual({ statusCode: 401 });
    expect(await connections.get(ID)).toBeUndefined();
  });

  it('closes connections that cannot be told, and says when one could not be closed', async () => {
    const { sessions, auth, token, sender } = await start();
    await auth(token());
    sender.onPost = () => Promise.reject(new SendError('slow', 'throttled'));
    sender.onClose = () => {
      throw new SendError('slow', 'throttled');
    };
    await expect(sessions.revoke('ada')).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: '[SERVICE_UNAVAILABLE] 1 of 1 connections could not be closed; try again',
    });
    sender.onClose = () => {};
    expect(await sessions.revoke('ada')).toEqual({ connections: 1 });
    expect([...sender.closed]).toEqual([ID]);
  });
});
