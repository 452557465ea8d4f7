/** Calls between services, from the event to the outcome. */

import { mutation, query, service, subscription } from '@org/gateway-core';
import { type ErrorCode, GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { FunctionParts } from '../execute/function-parts.js';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createLogger } from '../telemetry/logger.js';
import { createManualClock } from '../websocket/clock.fixture.js';
import { isServiceCall } from './call-event.js';
import { handleServiceCall } from './handle-service-call.js';

const rooms = service('rooms', {
  mine: query({ output: () => z.string() }),
  book: mutation({
    auth: 'public',
    input: () => z.object({ room: z.string() }),
    output: () => z.object({ room: z.string() }),
    errors: { CONFLICT: () => z.object({ by: z.string() }) },
  }),
  fail: mutation({ auth: 'public', input: () => z.string() }),
  changes: subscription({ auth: 'public', event: () => z.string() }),
});

function stage(internal = false) {
  const logLines: string[] = [];
  const implementation = implement(defineService(rooms, { uses: {}, internal }), {
    mine: ({ ctx }) => `${ctx.user?.id ?? 'nobody'} over ${ctx.transport} in ${ctx.requestId}`,
    book: ({ input, errors }) => (input.room === 'taken' ? errors.CONFLICT({ by: 'bob' }) : { room: input.room }),
    fail: ({ input }) => {
      throw input === 'crash' ? new Error('secret') : new GatewayError(input as ErrorCode, `[${input}] no`);
    },
    changes: () => 'all',
  });
  const parts: FunctionParts = {
    implementation,
    clients: {},
    publish: () => Promise.reject(new Error('nothing is published')),
    connectionOf: () => Promise.reject(new Error('there is no connection')),
    allowedOrigin: '*',
    now: () => 1_700_000_000_123,
    log: createLogger({}, (line) => logLines.push(line)),
  };
  const call = (procedure: string, more: object = {}) =>
    handleServiceCall(parts, { gatewayCall: { procedure, caller: 'search', requestId: 'r1', user: null, waits: true, ...more } });
  return { call, parts, logLines };
}

const ann = { id: 'ann', claims: { sub: 'ann' } };

describe('a call that somebody waits for', () => {
  it('runs the procedure and answers with the outcome, as JSON can carry it', async () => {
    const { call } = stage();
    expect(await call('book', { input: { room: 'blue' } })).toEqual({ outcome: { ok: true, data: { room: 'blue' } } });
  });

  it('runs on behalf of the user that the caller names', async () => {
    const { call } = stage();
    expect(await call('mine', { user: ann })).toEqual({ outcome: { ok: true, data: 'ann over http in r1' } });
  });

  it('needs a user where the procedure does, but in an internal service', async () => {
    expect(await stage().call('mine')).toMatchObject({ outcome: { ok: false, error: { code: 'UNAUTHORIZED' } } });
    expect(await stage(true).call('mine')).toEqual({ outcome: { ok: true, data: 'nobody over http in r1' } });
  });

  it.each([
    ['a declared error', 'book', { room: 'taken' }, { code: 'CONFLICT', error: 'CONFLICT', details: { by: 'bob' } }],
    ['an input that does not fit', 'book', { room: 5 }, { code: 'BAD_REQUEST', issues: [{ path: ['room'] }] }],
    ['a crash, without its text', 'fail', 'crash', { code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' }],
    ['an unknown procedure', 'paint', undefined, { code: 'NOT_FOUND' }],
    ['a subscription', 'changes', undefined, { code: 'METHOD_NOT_SUPPORTED' }],
  ])('answers %s', async (_, procedure, input, error) => {
    expect(await stage().call(procedure, { input })).toMatchObject({ outcome: { ok: false, error } });
  });
});

it('P3.24 tells its handler when its caller waits no longer, and lets it finish', async () => {
  const clock = createManualClock();
  const { parts } = stage();
  const seen: unknown[] = [];
  const slow = implement(defineService(service('slow', { work: mutation({ auth: 'public', output: () => z.string() }) }), { uses: {} }), {
    work: async ({ ctx }) => {
      await clock.sleep(5_000);
      seen.push((ctx.signal.reason as GatewayError).code);
      return 'done';
    },
  });
  const gatewayCall = { procedure: 'work', caller: 'search', requestId: 'r1', user: null, waits: true, dl: 900 };
  const answer = handleServiceCall({ ...parts, implementation: slow, clock }, { gatewayCall });
  while (clock.sleepers < 2) await new Promise(setImmediate);
  clock.advance(900);
  await new Promise(setImmediate);
  clock.advance(4_100);
  expect(await answer).toEqual({ outcome: { ok: true, data: 'done' } });
  expect(seen).toEqual(['TIMEOUT']);
});

describe('a call that nobody waits for', () => {
  it.each(['crash', 'SERVICE_UNAVAILABLE', 'GATEWAY_TIMEOUT', 'TIMEOUT', 'TOO_MANY_REQUESTS', 'FAILED_DEPENDENCY'])(
    'is thrown for Lambda to repeat when it ends in %s',
    async (input) => {
      await expect(stage().call('fail', { input, waits: false })).rejects.toThrow(/rooms\.fail called by search failed/);
    },
  );

  it.each(['BAD_REQUEST', 'NOT_FOUND', 'CONFLICT', 'FORBIDDEN'])('is over and logged when it ends in %s', async (input) => {
    const { call, logLines } = stage();
    expect(await call('fail', { input, waits: false })).toMatchObject({ outcome: { ok: false, error: { code: input } } });
    expect(logLines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', path: 'rooms.fail', requestId: 'r1', caller: 'search', code: input },
    ]);
  });
});

it('refuses a call that no function of ours sent', async () => {
  const { parts } = stage();
  await expect(handleServiceCall(parts, { gatewayCall: { procedure: 'book' } })).rejects.toThrow('malformed call of a service');
  await expect(handleServiceCall(parts, { gatewayCall: null })).rejects.toThrow('malformed call of a service');
});

it('takes no event of API Gateway for a call, whatever the request says', () => {
  expect(isServiceCall({ httpMethod: 'POST', body: '{"gatewayCall":{}}', headers: { gatewayCall: '{}' } })).toBe(false);
  expect(isServiceCall({ requestContext: { eventType: 'MESSAGE' }, body: '{"gatewayCall":{}}' })).toBe(false);
  expect(isServiceCall({ gatewayCall: {} })).toBe(true);
});
