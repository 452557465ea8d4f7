/** Revoked sign-ins over HTTP: PROTOCOL.md P5.12. */

import { mutation, query, service } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { implement } from '../execute/implement.js';
import { v1, v1Json } from '../rest/rest.fixture.js';
import { createRestHandler } from '../rest/rest-handler.js';
import { defineService } from '../service/define-service.js';
import { createMemoryKeyTable } from '../topics/memory-key-table.fixture.js';
import { ADA, createVerifying, NOW, SETTINGS } from './fake-issuer.fixture.js';
import { createRevocations } from './revocations.js';
import { createSignInStore } from './sign-in-store.js';

const vault = service('vault', {
  open: query({ auth: 'public', output: () => z.string() }),
  write: mutation({ output: () => z.string() }),
});

function start() {
  const { issuer, tokens, clock, log } = createVerifying(SETTINGS);
  const implementation = implement(defineService(vault, { uses: {}, checksRevocation: true }), {
    open: ({ ctx }) => ctx.user?.id ?? 'anybody',
    write: ({ ctx }) => ctx.user.id,
  });
  const signIns = createSignInStore({ table: createMemoryKeyTable(async () => {}), clock });
  let reads = 0;
  const counted = {
    isRevoked: (user: Parameters<typeof signIns.isRevoked>[0]) => {
      reads += 1;
      return signIns.isRevoked(user);
    },
  };
  const never = () => Promise.reject(new Error('not used'));
  const rest = createRestHandler({
    ...{ implementation, clients: {}, publish: never, connectionOf: never, allowedOrigin: '*', now: clock.now, log, tokens },
    revocations: createRevocations({ signIns: counted, clock }),
  });
  const call = async (name: 'open' | 'write', token?: string) => {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const more = { headers, multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value]])) };
    const { statusCode, body } = await rest(name === 'open' ? v1('GET', '/rpc/vault/open', more) : v1Json('/rpc/vault/write', '', more));
    return statusCode === 200 ? JSON.parse(body).result.data : `${statusCode}: ${JSON.parse(body).error.message}`;
  };
  return { issuer, clock, signIns, counted, call, reads: () => reads };
}

const REVOKED = '401: [UNAUTHORIZED] the sign-in was revoked; sign in again';

describe('P5.12 a service that checks revocations', () => {
  it('refuses a mutation at once, and a query within 5 s', async () => {
    const { issuer, clock, signIns, call } = start();
    const token = issuer.token();
    expect([await call('open', token), await call('write', token)]).toEqual(['ada', 'ada']);
    clock.advance(1_000);
    await signIns.revoke('ada', clock.now());
    clock.advance(3_999);
    expect(await call('open', token)).toBe('ada');
    clock.advance(1);
    expect(await call('open', token)).toBe(REVOKED);
    expect(await call('write', token)).toBe(REVOKED);
  });

  it('knows for queries too once a mutation was refused, and asks no more of what was revoked', async () => {
    const { issuer, clock, signIns, call, reads } = start();
    const token = issuer.token();
    await call('open', token);
    clock.advance(1_000);
    await signIns.revoke('ada', clock.now());
    expect([await call('write', token), await call('open', token), reads()]).toEqual([REVOKED, REVOKED, 2]);
    clock.advance(60_000);
    expect([await call('write', token), reads()]).toEqual([REVOKED, 2]);
  });

  it('reads once in 5 s for the queries of a sign-in, and for nobody', async () => {
    const { issuer, call, clock, reads } = start();
    expect([await call('open'), reads()]).toEqual(['anybody', 0]);
    for (const _ of [1, 2, 3]) await call('open', issuer.token());
    expect(reads()).toBe(1);
    clock.advance(5_000);
    await call('open', issuer.token());
    expect(reads()).toBe(2);
  });

  it('takes a later sign-in of the same user, and refuses a refreshed token of the one before', async () => {
    const { issuer, clock, signIns, call } = start();
    clock.advance(10_000);
    await signIns.revoke('ada', clock.now());
    clock.advance(10_000);
    expect(await call('write', issuer.token({ ...ADA, iat: NOW + 20, auth_time: NOW }))).toBe(REVOKED);
    expect(await call('write', issuer.token({ ...ADA, iat: NOW + 20, auth_time: NOW + 15 }))).toBe('ada');
    expect(await call('write', issuer.token({ ...ADA, iat: NOW + 20 }))).toBe('ada');
  });

  it('lets nobody through when it cannot know', async () => {
    const { issuer, counted, call } = start();
    counted.isRevoked = () => Promise.reject(new GatewayError('SERVICE_UNAVAILABLE', 'throttled'));
    expect([await call('open', issuer.token()), await call('write', issuer.token())]).toEqual(['503: throttled', '503: throttled']);
  });
});
