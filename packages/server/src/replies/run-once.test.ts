/** Calls with a key, from the executor down, over a store in memory. PROTOCOL.md P3.23. */

import { error, mutation, query, service } from '@org/gateway-core';
import { type ErrorCode, GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { CallContext } from '../execute/context.js';
import { execute } from '../execute/executor.js';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createLogger } from '../telemetry/logger.js';
import { createJumpingClock, createManualClock } from '../websocket/clock.fixture.js';
import { createMemoryReplyStore } from './memory-reply-store.js';
import type { ReplyStore } from './reply-store.js';

const input = () => z.object({ n: z.number() });
const shop = service('shop', {
  order: mutation({
    auth: 'public',
    input,
    output: () => z.unknown(),
    errors: { SOLD: error('CONFLICT', () => z.object({ n: z.int() })) },
  }),
  mark: mutation({ auth: 'public', input, idempotent: true, output: () => z.unknown() }),
  mine: mutation({ input }),
  look: query({ auth: 'public', output: () => z.int() }),
});

type Work = (n: number) => unknown;

function start({ clock = createJumpingClock(), wrap = (store: ReplyStore): ReplyStore => store } = {}) {
  const ran: string[] = [];
  const logLines: string[] = [];
  let work: Work = (n) => ({ order: n });
  let ids = 0;
  const implementation = implement(defineService(shop, { uses: {} }), {
    order: ({ input: { n }, errors }) => {
      ran.push('order');
      return n === 0 ? errors.SOLD({ n }) : work(n);
    },
    mark: ({ input: { n } }) => {
      ran.push('mark');
      return work(n);
    },
    mine: () => void ran.push('mine'),
    look: () => ran.push('look'),
  });
  const replies = { store: wrap(createMemoryReplyStore({ clock, newId: () => `t${++ids}` })), clock, random: () => 0.5 };
  let requests = 0;
  const call = (
    procedure: string,
    { key = 'k1', n = 1, user = null as string | null, signal = new AbortController().signal, input = { n } as unknown } = {},
  ) => {
    const facts = { requestId: `r${++requests}`, user: user === null ? null : { id: user, claims: {} }, signal };
    const ctx = { ...facts, log: createLogger({}, (line) => logLines.push(line)) } as unknown as CallContext;
    const kind = procedure === 'look' ? 'query' : 'mutation';
    return execute(implementation, { procedure, kind, input, once: { key, replies, leaseMs: 28_000 } }, ctx);
  };
  const does = (next: Work) => {
    work = next;
  };
  return { call, ran, logLines, clock, does };
}

const fails = (code: ErrorCode) => () => {
  throw new GatewayError(code, `[${code}] no`);
};

describe('P3.23 a mutation with a key', () => {
  it('runs once, and answers a repetition with the stored reply', async () => {
    const { call, ran } = start();
    expect(await call('order')).toEqual({ ok: true, data: { order: 1 } });
    expect(await call('order')).toEqual({ ok: true, data: { order: 1 } });
    expect(ran).toEqual(['order']);
  });

  it('runs once per caller, procedure and key', async () => {
    const { call, ran } = start();
    await call('order');
    await call('order', { key: 'k2' });
    await call('order', { user: 'ann' });
    await call('order', { user: 'bob' });
    await call('mark');
    expect(ran).toEqual(['order', 'order', 'order', 'order', 'mark']);
  });

  it('is CONFLICT with another input, and nothing runs', async () => {
    const { call, ran } = start();
    await call('order', { n: 1 });
    expect(await call('order', { n: 2 })).toMatchObject({
      ok: false,
      error: { code: 'CONFLICT', message: expect.stringContaining('another input'), path: 'shop.order' },
    });
    expect(ran).toEqual(['order']);
  });

  it.each(['FORBIDDEN', 'NOT_FOUND', 'SERVICE_UNAVAILABLE', 'INTERNAL_SERVER_ERROR', 'TIMEOUT'] as const)(
    'keeps %s as its reply: nobody knows what was done before',
    async (code) => {
      const { call, ran, does } = start();
      does(fails(code));
      const first = await call('order');
      expect(first).toMatchObject({ ok: false, error: { code } });
      does((n) => ({ order: n }));
      expect(await call('order')).toEqual(JSON.parse(JSON.stringify(first)));
      expect(ran).toEqual(['order']);
    },
  );

  it('keeps a declared error', async () => {
    const { call, ran } = start();
    const sold = { code: 'CONFLICT', error: 'SOLD', details: { n: 0 }, message: '[SOLD] shop.order: {"n":0}' };
    expect(await call('order', { n: 0 })).toMatchObject({ ok: false, error: sold });
    expect(await call('order', { n: 0 })).toMatchObject({ ok: false, error: { ...sold, requestId: 'r1' } });
    expect(ran).toEqual(['order']);
  });

  it.each([
    ['SERVICE_UNAVAILABLE', ['mark', 'mark']],
    ['TOO_MANY_REQUESTS', ['mark', 'mark']],
    ['INTERNAL_SERVER_ERROR', ['mark', 'mark']],
    ['FAILED_DEPENDENCY', ['mark', 'mark']],
    ['NOT_FOUND', ['mark']],
  ] as const)('of an idempotent procedure that ended in %s runs again where that helps', async (code, expected) => {
    const { call, ran, does } = start();
    does(fails(code));
    await call('mark');
    does((n) => n);
    await call('mark');
    expect(ran).toEqual(expected);
  });

  it('keeps nothing of what was refused before the handler ran', async () => {
    const { call, ran } = start();
    expect(await call('mine')).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
    expect(await call('mine', { user: 'ann', input: 'broken' })).toMatchObject({ error: { code: 'BAD_REQUEST' } });
    expect(await call('mine', { user: 'ann' })).toMatchObject({ ok: true });
    expect(ran).toEqual(['mine']);
  });

  it('answers a reply that is too large to keep, and a repetition with PAYLOAD_TOO_LARGE', async () => {
    const { call, ran, does } = start();
    does(() => 'é'.repeat(203_770));
    expect(await call('order')).toMatchObject({ ok: true });
    expect(await call('order')).toMatchObject({
      error: { code: 'PAYLOAD_TOO_LARGE', message: expect.stringMatching(/ran, and its reply of 407561 bytes was more than the 407552/) },
    });
    expect(ran).toEqual(['order']);
  });

  it('keeps the failure of a reply that JSON cannot carry', async () => {
    const { call, ran, does } = start();
    does(() => 12n);
    for (const _ of [1, 2]) expect(await call('order')).toMatchObject({ error: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(ran).toEqual(['order']);
  });

  it('answers although its reply could not be stored; a repetition is CONFLICT once the lease is over', async () => {
    const wrap = (store: ReplyStore) => ({ ...store, finish: () => Promise.reject(new Error('busy')) });
    const { call, ran, logLines, clock } = start({ wrap });
    expect(await call('order')).toMatchObject({ ok: true });
    expect(logLines.join()).toContain('could not be stored');
    const before = clock.now();
    expect(await call('order')).toMatchObject({ error: { code: 'CONFLICT', message: expect.stringContaining('cut off') } });
    expect(clock.now() - before).toBeGreaterThanOrEqual(29_000);
    expect(clock.now() - before).toBeLessThan(30_000);
    expect(ran).toEqual(['order']);
  });

  it('of an idempotent procedure runs again when it was cut off', async () => {
    const wrap = (store: ReplyStore) => ({ ...store, finish: async () => true });
    const { call, ran } = start({ wrap });
    await call('mark');
    expect(await call('mark')).toMatchObject({ ok: true });
    expect(ran).toEqual(['mark', 'mark']);
  });

  it('does not run when the store cannot be asked', async () => {
    const wrap = (store: ReplyStore) => ({ ...store, begin: fails('SERVICE_UNAVAILABLE') as unknown as ReplyStore['begin'] });
    const { call, ran } = start({ wrap });
    expect(await call('order')).toMatchObject({ error: { code: 'SERVICE_UNAVAILABLE' } });
    expect(ran).toEqual([]);
  });
});

describe('P3.23 a repetition while the first runs', () => {
  it('waits for its reply', async () => {
    const clock = createManualClock();
    const { call, ran, does } = start({ clock });
    let done = (_: unknown) => {};
    does(
      () =>
        new Promise((resolve) => {
          done = resolve;
        }),
    );
    const first = call('order');
    await new Promise(setImmediate);
    const second = call('order');
    await new Promise(setImmediate);
    expect(clock.sleepers).toBe(1);
    done('bought');
    expect(await first).toEqual({ ok: true, data: 'bought' });
    clock.advance(1_000);
    expect(await second).toEqual({ ok: true, data: 'bought' });
    expect(ran).toEqual(['order']);
  });

  it('P3.24 stops waiting at its own deadline', async () => {
    const clock = createManualClock();
    const { call, does } = start({ clock });
    does(() => new Promise(() => {}));
    void call('order');
    const deadline = new AbortController();
    const second = call('order', { signal: deadline.signal });
    await new Promise(setImmediate);
    deadline.abort();
    expect(await second).toMatchObject({ error: { code: 'TIMEOUT', message: expect.stringContaining('still running') } });
    expect(clock.sleepers).toBe(0);
  });

  it('P3.24 does not begin when its time is over, and gives the key back', async () => {
    const deadline = new AbortController();
    const wrap = (store: ReplyStore): ReplyStore => ({
      ...store,
      begin: async (claim) => {
        const begun = await store.begin(claim);
        deadline.abort();
        return begun;
      },
    });
    const { call, ran } = start({ wrap });
    expect(await call('order', { signal: deadline.signal })).toMatchObject({ error: { code: 'TIMEOUT' } });
    expect(ran).toEqual([]);
    expect(await call('order', { signal: deadline.signal })).toMatchObject({ error: { code: 'TIMEOUT' } });
    expect(await call('order')).toMatchObject({ ok: true });
    expect(ran).toEqual(['order']);
  });
});

it('P3.23 ignores the key of a query', async () => {
  const { call, ran } = start();
  await call('look');
  await call('look');
  expect(ran).toEqual(['look', 'look']);
});
