/** What the executor makes of errors that handlers end in. PROTOCOL.md P2.8, P4.1 and P4.2. */

import { error, query, sensitive, service } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineService } from '../service/define-service.js';
import { createLogger } from '../telemetry/logger.js';
import type { CallContext } from './context.js';
import { execute } from './executor.js';
import { implement } from './implement.js';

const rooms = service('rooms', {
  book: query({
    auth: 'public',
    errors: { FULL: error('CONFLICT', () => z.object({ max: z.int(), door: sensitive(z.string()).optional() })) },
  }),
  broken: query({
    auth: 'public',
    input: (): z.ZodString => {
      throw new Error('schema secret');
    },
  }),
});

async function bookEndsWith(end: (full: (data: never) => GatewayError) => unknown, procedure = 'book') {
  const logLines: string[] = [];
  const implementation = implement(defineService(rooms, { uses: {} }), {
    book: ({ errors }) => end(errors.FULL as (data: never) => GatewayError) as GatewayError,
    broken: () => {},
  });
  const ctx = {
    user: null,
    requestId: 'r1',
    signal: new AbortController().signal,
    log: createLogger({}, (line) => logLines.push(line)),
  } as unknown as CallContext;
  const outcome = await execute(implementation, { procedure, kind: 'query', input: undefined }, ctx);
  return { error: outcome.ok ? undefined : outcome.error, logLines };
}

const row = { max: 3, owner: 'secret@example.com' };

it('P4.1 sends of a declared error only what its schema has, returned or thrown', async () => {
  const thrown = (failure: GatewayError) => {
    throw failure;
  };
  for (const end of [(failure: GatewayError) => failure, thrown]) {
    const { error: sent } = await bookEndsWith((full) => end(full(row as never)));
    expect(sent).toMatchObject({ code: 'CONFLICT', error: 'FULL', details: { max: 3 }, message: '[FULL] rooms.book: {"max":3}' });
    expect(JSON.stringify(sent)).not.toContain('secret');
  }
});

it('tells of sensitive data in no message, which gets logged', async () => {
  const { error: sent } = await bookEndsWith((full) => full({ max: 3, door: '4711' } as never));
  expect(sent).toMatchObject({ details: { max: 3, door: '4711' }, message: '[FULL] rooms.book: {"max":3,"door":"[redacted]"}' });
});

it('P2.8 does not send a declared error whose data breaks its schema, and logs why', async () => {
  for (const data of [{ max: 'secret' }, undefined, { max: 3n }]) {
    const { error: sent, logLines } = await bookEndsWith((full) => full(data as never));
    expect(sent).toEqual({ code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error', path: 'rooms.book', requestId: 'r1' });
    expect(logLines.join()).toContain('data of the declared error FULL does not fit');
  }
});

it.each([
  ['a name the procedure does not declare', new GatewayError('CONFLICT', '[CONFLICT] no', { error: 'OTHER', data: { secret: 1 } })],
  ['a declared name with another code', new GatewayError('CONFLICT', '[CONFLICT] no', { error: 'toString', data: { secret: 1 } })],
  ['data without a name', new GatewayError('CONFLICT', '[CONFLICT] no', { data: { secret: 1 } })],
])('sends the code of an error with %s, and neither name nor data', async (_, failure) => {
  const { error: sent } = await bookEndsWith(() => failure);
  expect(sent).toMatchObject({ code: 'CONFLICT', message: '[CONFLICT] no' });
  expect([sent?.error, sent?.details]).toEqual([undefined, undefined]);
});

it("sends nothing of another service's declared error but its code", async () => {
  const failure = new GatewayError('CONFLICT', '[REBUILDING] indexing.drop: {"by":"bob"}', { error: 'REBUILDING', data: { by: 'bob' } });
  const { error: sent } = await bookEndsWith(() => failure);
  expect(sent).toEqual({
    code: 'CONFLICT',
    message: '[CONFLICT] rooms.book ended in an error that it does not declare',
    path: 'rooms.book',
    requestId: 'r1',
  });
});

it('keeps the message a handler gave a declared error', async () => {
  const { error: sent } = await bookEndsWith(() => new GatewayError('CONFLICT', 'all seats are gone', { error: 'FULL', data: row }));
  expect(sent).toMatchObject({ message: 'all seats are gone', details: { max: 3 } });
});

it('P4.2 answers a schema that cannot be made with an internal error, and logs why', async () => {
  const { error: sent, logLines } = await bookEndsWith(() => undefined, 'broken');
  expect(sent?.message).toBe('Internal server error');
  expect(logLines.join()).toContain('schema secret');
});

it.each([
  ['null', null],
  ['an object without a prototype', Object.create(null)],
  ['a symbol', Symbol('s')],
  ['an error that is its own cause', Object.assign(new Error('round'), { cause: undefined })],
])('P4.2 survives a handler that throws %s', async (_, thrown) => {
  if (thrown instanceof Error) thrown.cause = thrown;
  const { error: sent, logLines } = await bookEndsWith(() => {
    throw thrown;
  });
  expect(sent?.message).toBe('Internal server error');
  expect(logLines).toHaveLength(1);
  expect(logLines[0]).toContain('handler failed');
});

it('P4.2 logs the cause of a failed dependency, which callers are not told', async () => {
  const cause = new Error('{"message":"CUDA out of memory"}');
  const { error: sent, logLines } = await bookEndsWith(
    () => new GatewayError('FAILED_DEPENDENCY', '[FAILED_DEPENDENCY] no model', { cause }),
  );
  expect(sent).toMatchObject({ code: 'FAILED_DEPENDENCY', message: '[FAILED_DEPENDENCY] no model' });
  expect(JSON.stringify(sent)).not.toContain('CUDA');
  expect(logLines.join()).toContain('CUDA out of memory');
});
