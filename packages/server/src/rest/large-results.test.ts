/** Results that fit in no answer, from PROTOCOL.md P2.14. */

import { createHash } from 'node:crypto';
import { GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import { memoryPayloads } from '../large-messages/payloads.fixture.js';
import { referLarge } from './large-results.js';
import { notesRest, v1 } from './rest.fixture.js';
import type { RestEventV1 } from './rest-event.js';

const FOLLOWS = { accept: ['application/json;gw=2'] };
/** `huge` answers so many quotes; Lambda counts each as four characters: its escape, escaped. */
const huge = (sizes: readonly number[], headers: RestEventV1['multiValueHeaders'] = FOLLOWS, method = 'GET') => {
  const input = sizes.length === 1 ? { n: sizes[0] } : Object.fromEntries(sizes.map((n, at) => [at, { n }]));
  const batch = sizes.length === 1 ? {} : { batch: ['1'] };
  return v1(method, `/rpc/notes/${sizes.map(() => 'huge').join(',')}`, {
    multiValueHeaders: headers,
    multiValueQueryStringParameters: { ...batch, input: [JSON.stringify(input)] },
  });
};
const jsonOf = (n: number) => `"${'\\"'.repeat(n)}"`;

describe('a result that is too large for an answer', () => {
  const large = jsonOf(1_600_000);

  it('P2.14 is kept and referred to, as the JSON of its data', async () => {
    const { store, objects } = memoryPayloads();
    const { statusCode, body } = await notesRest('*', { payloads: store }).handle(huge([1_600_000]));
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({
      result: { ref: { url: 'https://s3.test/out/1/k1', bytes: 3_200_002, sha256: createHash('sha256').update(large).digest('hex') } },
    });
    expect(Buffer.from(objects.get('out/1/k1') as Uint8Array).toString() === large).toBe(true);
  });

  it('P2.14 is PAYLOAD_TOO_LARGE for a client that does not follow references, and where nothing can be kept', async () => {
    const { store, objects } = memoryPayloads();
    const stock = await notesRest('*', { payloads: store }).handle(huge([1_600_000], { accept: ['application/json'] }));
    const without = await notesRest().handle(huge([1_600_000]));
    expect([stock.statusCode, without.statusCode, objects.size]).toEqual([413, 413, 0]);
  });

  it('P2.14 is left as it is beyond 50 MB, and then PAYLOAD_TOO_LARGE', async () => {
    const { store, objects } = memoryPayloads();
    const items = [{ statusCode: 200, text: '', data: 'x'.repeat(52_428_801) }];
    expect(await referLarge(items, store, () => false)).toBe(items);
    expect(objects.size).toBe(0);
  });

  it('P2.14 of a batch is the largest, as many as it takes; the others stay', async () => {
    const { store } = memoryPayloads();
    const { body } = await notesRest('*', { payloads: store }).handle(huge([1_000_000, 1_400_000, 2]));
    expect(JSON.parse(body)).toEqual([
      { result: { data: '"'.repeat(1_000_000) } },
      { result: { ref: expect.objectContaining({ bytes: 2_800_002 }) } },
      { result: { data: '""' } },
    ]);
  });

  it('P2.14 that cannot be kept is SERVICE_UNAVAILABLE', async () => {
    const payloads = {
      keep: () => Promise.reject(new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] S3 is busy')),
      link: () => Promise.reject(new Error('nothing was kept')),
    };
    const { statusCode } = await notesRest('*', { payloads }).handle(huge([1_600_000]));
    expect(statusCode).toBe(503);
  });

  it('P2.14 costs a small one nothing', async () => {
    const { store, objects } = memoryPayloads();
    const { body } = await notesRest('*', { payloads: store }).handle(huge([1_000]));
    expect([JSON.parse(body), objects.size]).toEqual([{ result: { data: '"'.repeat(1_000) } }, 0]);
  });
});
