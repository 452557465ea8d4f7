/** Keys and deadlines of calls over the socket: PROTOCOL.md P3.23 and P3.24. */

import { expect, it } from 'vitest';
import { createTill, settled } from '../replies/keyed-service.fixture.js';
import { handleServiceMessage } from './service-message.js';
import { createSocketStage, messageEvent } from './socket.fixture.js';

const LAMBDA = { getRemainingTimeInMillis: () => 28_000 };

function start() {
  const till = createTill();
  const realtime = createSocketStage(till.clock);
  const send = async (procedure: string, more: object = {}, input: unknown = { n: 5 }) => {
    const frame = { id: 1, method: 'mutation', svc: 'till', params: { path: `till.${procedure}`, input }, ...more };
    return JSON.parse((await handleServiceMessage(till.parts, realtime, messageEvent(frame), LAMBDA)).body ?? 'null');
  };
  return { ...till, send };
}

it('P3.23 runs a mutation once per key, and answers each repetition under its own id', async () => {
  const { send, sold } = start();
  expect(await send('sell', { id: 1, k: 's9f:1' })).toEqual({ id: 1, result: { type: 'data', data: { sale: 1 } } });
  expect(await send('sell', { id: 'again', k: 's9f:1' })).toEqual({ id: 'again', result: { type: 'data', data: { sale: 1 } } });
  expect(await send('sell', { id: 3, k: 's9f:1' }, { n: 6 })).toMatchObject({ id: 3, error: { data: { code: 'CONFLICT' } } });
  expect(await send('sell', { id: 4, k: 's9f:2' })).toMatchObject({ id: 4, result: { data: { sale: 2 } } });
  expect(sold).toEqual([5, 5]);
});

it('P3.23 runs a mutation without a key whenever it is sent', async () => {
  const { send, sold } = start();
  await send('sell');
  await send('sell');
  expect(sold).toEqual([5, 5]);
});

it('P3.24 answers TIMEOUT when the caller waits no longer, and aborts the signal of the handler', async () => {
  const { send, clock, aborted } = start();
  const answer = send('wait', { dl: 900 }, undefined);
  await settled();
  clock.advance(900);
  expect(await answer).toMatchObject({
    id: 1,
    error: { message: '[TIMEOUT] till.wait took longer than 900 ms', data: { code: 'TIMEOUT' } },
  });
  expect(aborted).toMatchObject([{ code: 'TIMEOUT' }]);
  expect(clock.sleepers).toBe(0);
});

it('P3.24 aborts the signal at the function’s own end when the caller would wait longer', async () => {
  const { send, clock, aborted } = start();
  const answer = send('wait', { dl: 3_600_000 }, undefined);
  await settled();
  clock.advance(27_500);
  expect(await answer).toMatchObject({ error: { data: { code: 'TIMEOUT' } } });
  expect(aborted).toHaveLength(1);
});

it('P3.24 does not begin what has no time left', async () => {
  const { send, sold } = start();
  expect(await send('sell', { dl: 0, k: 's9f:1' })).toMatchObject({ error: { data: { code: 'TIMEOUT' } } });
  expect(sold).toEqual([]);
  expect(await send('sell', { k: 's9f:1' })).toMatchObject({ result: { data: { sale: 1 } } });
});
