/** Limits of callers: PROTOCOL.md P5.15. */

import { mutation, query, service } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { implement } from '../execute/implement.js';
import { ADA, createVerifying } from '../identity/fake-issuer.fixture.js';
import { v1, v1Json } from '../rest/rest.fixture.js';
import { createRestHandler } from '../rest/rest-handler.js';
import { defineService } from '../service/define-service.js';
import { createMemoryKeyTable } from '../topics/memory-key-table.fixture.js';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createRateLimiter } from './rate-limiter.js';

function start(table = createMemoryKeyTable(async () => {})) {
  const clock = createJumpingClock();
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (message: string) => void warnings.push(message), error: () => {} };
  const limiter = createRateLimiter({ table, clock, log });
  /** Three at once, and one more each second. */
  const take = (caller = 'u:ada', path = 'search.find') => limiter.take({ path, caller, limit: { burst: 3, everyMs: 1_000 } });
  return { clock, take, limiter, table, warnings };
}

describe('P5.15 a limit', () => {
  it('lets so many calls through at once, and then one after the other', async () => {
    const { clock, take } = start();
    expect([await take(), await take(), await take(), await take()]).toEqual([0, 0, 0, 1_000]);
    clock.advance(400);
    expect(await take()).toBe(600);
    clock.advance(600);
    expect([await take(), await take()]).toEqual([0, 1_000]);
  });

  it('is full again after a while, and never fuller', async () => {
    const { clock, take } = start();
    await Promise.all([take(), take(), take()]);
    clock.advance(3_600_000);
    expect([await take(), await take(), await take(), await take()]).toEqual([0, 0, 0, 1_000]);
  });

  it('is of one caller and one procedure', async () => {
    const { take } = start();
    for (let n = 0; n < 4; n++) await take();
    expect([await take(), await take('u:bob'), await take('ip:203.0.113.9'), await take('u:ada', 'search.other')]).toEqual([
      1_000, 0, 0, 0,
    ]);
  });

  it('holds for calls at the same moment, in one function and in several', async () => {
    const table = createMemoryKeyTable(() => new Promise(setImmediate));
    const through = (taken: readonly number[]) => taken.filter((waitMs) => waitMs === 0).length;
    const one = start(table);
    expect(through(await Promise.all(Array.from({ length: 12 }, () => one.take())))).toBe(3);
    const several = Array.from({ length: 4 }, () => start(table));
    const taken = await Promise.all(several.flatMap(({ take }) => [take('u:bob'), take('u:bob'), take('u:bob')]));
    expect(through(taken)).toBe(3);
  });

  it('costs one write while calls are rare', async () => {
    const { clock, take, table } = start();
    for (let n = 0; n < 5; n++) {
      await take();
      clock.advance(1_001);
    }
    expect(table.writes.update).toBe(5);
  });

  it('costs one write a call in a batch, and nothing for what is too much', async () => {
    const { take, table } = start();
    await Promise.all(Array.from({ length: 20 }, () => take()));
    expect(table.writes.update).toBe(3);
  });

  it('lets everything through when nobody can count, and says so', async () => {
    const { take, table, warnings } = start();
    table.update = () => Promise.reject(new Error('throttled'));
    expect(await take()).toBe(0);
    expect(warnings).toEqual(['calls cannot be counted, this one is let through']);
  });
});

describe('P5.15 a procedure with a limit', () => {
  const shop = service('shop', {
    buy: mutation({ auth: 'public', input: () => z.object({ n: z.int() }), rateLimit: { perUser: { rate: 2, per: 'minute' } } }),
    look: query({ auth: 'public' }),
  });

  function serve() {
    const { issuer, clock, log, tokens } = createVerifying();
    const implementation = implement(defineService(shop, { uses: {} }), { buy: () => {}, look: () => {} });
    const never = () => Promise.reject(new Error('not used'));
    const limiter = createRateLimiter({ table: createMemoryKeyTable(async () => {}), clock, log });
    const rest = createRestHandler({
      ...{ implementation, clients: {}, publish: never, connectionOf: never, tokens, limiter, allowedOrigin: '*', now: clock.now, log },
    });
    const buy = async (sourceIp: string, token?: string, input = '{"n":1}') => {
      const headers = { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
      const requestContext = { requestId: 'r1', identity: { sourceIp } };
      const {
        statusCode,
        headers: sent,
        body,
      } = await rest(v1Json('/rpc/shop/buy', input, { headers, multiValueHeaders: null, requestContext }));
      return { statusCode, retryAfter: sent['retry-after'], data: JSON.parse(body).error?.data };
    };
    return { buy, rest, clock, token: (sub = 'ada') => issuer.token({ ...ADA, sub }) };
  }

  it('answers one call too many with 429, when to come back, and runs it then', async () => {
    const { buy, clock } = serve();
    const statuses = [await buy('198.51.100.1'), await buy('198.51.100.1')].map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([200, 200]);
    expect(await buy('198.51.100.1')).toMatchObject({
      statusCode: 429,
      retryAfter: '30',
      data: { code: 'TOO_MANY_REQUESTS', path: 'shop.buy', retryAfterMs: 30_000 },
    });
    clock.advance(30_000);
    expect((await buy('198.51.100.1')).statusCode).toBe(200);
  });

  it('counts users wherever they are, and others by their address', async () => {
    const { buy, token } = serve();
    for (const ip of ['198.51.100.1', '198.51.100.2']) await buy(ip, token());
    expect((await buy('198.51.100.3', token())).statusCode).toBe(429);
    expect((await buy('198.51.100.3', token('bob'))).statusCode).toBe(200);
    expect((await buy('198.51.100.1')).statusCode).toBe(200);
  });

  it('counts calls whose input does not fit, too, and of other procedures none', async () => {
    const { buy, rest } = serve();
    expect([(await buy('198.51.100.1', undefined, '{}')).statusCode, (await buy('198.51.100.1', undefined, '{}')).statusCode]).toEqual([
      400, 400,
    ]);
    expect((await buy('198.51.100.1')).statusCode).toBe(429);
    expect((await rest(v1('GET', '/rpc/shop/look'))).statusCode).toBe(200);
  });

  it.each([
    ['no rate', { rate: 0, per: 'second' }],
    ['no burst', { rate: 1, per: 'minute', burst: 0 }],
    ['half a burst', { rate: 1, per: 'hour', burst: 1.5 }],
    ['an endless rate', { rate: Number.POSITIVE_INFINITY, per: 'second' }],
  ] as const)('is refused with %s', (_, perUser) => {
    expect(() => query({ rateLimit: { perUser } })).toThrow('malformed rateLimit');
  });

  it('has a burst of its rate, and one call at least', () => {
    const limit = (rate: number, per: 'second' | 'hour') => query({ rateLimit: { perUser: { rate, per } } }).meta.callerLimit;
    expect([limit(10, 'second'), limit(0.5, 'hour')]).toEqual([
      { burst: 10, everyMs: 100 },
      { burst: 1, everyMs: 7_200_000 },
    ]);
  });
});
