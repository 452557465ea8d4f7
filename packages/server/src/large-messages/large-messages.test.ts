/** PROTOCOL.md P3.26 and P3.27, on a service and the socket function. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { handleServiceMessage } from '../websocket/service-message.js';
import { createSocketStage, lambda, messageEvent } from '../websocket/socket.fixture.js';
import { createSocketHandler } from '../websocket/socket-function.js';
import { createMemoryPartStore } from './memory-part-store.js';
import { memoryPayloads } from './payloads.fixture.js';

/** `notes.get` answers as many characters as its id says. */
const call = (id: string, more: object = {}) => ({
  id: 7,
  method: 'query',
  svc: 'notes',
  gw: 2,
  params: { path: 'notes.get', input: { id } },
  ...more,
});
const part = (k: string, i: number, n: number, d: string) => ({ id: null, method: 'gw.part', svc: 'notes', params: { k, i, n, d } });
const thirds = (text: string) => [text.slice(0, 20), text.slice(20, 40), text.slice(40)] as const;
const ANSWER = '{"id":7,"result":{"type":"data","data":{"text":"xxx"}}}';

function start() {
  const stage = createSocketStage();
  const { store, objects } = memoryPayloads();
  const large = { parts: createMemoryPartStore(stage), payloads: store };
  const services = { has: () => false, invoke: async () => ({ statusCode: 200 }) };
  const socket = createSocketHandler({ ...stage, services, payloads: store });
  return {
    objects,
    send: async (body: unknown) => (await handleServiceMessage(stage.parts, { ...stage, large }, messageEvent(body), lambda)).body,
    sendWithout: async (body: unknown) => (await handleServiceMessage(stage.parts, stage, messageEvent(body), lambda)).body,
    sendToGateway: async (body: unknown) => (await socket(messageEvent(body), lambda)).body,
    put: (text: string | Uint8Array) => {
      const body = Buffer.from(text);
      objects.set('in/k1', body);
      const params = { key: 'in/k1', bytes: body.byteLength, sha256: createHash('sha256').update(body).digest('hex') };
      return { id: null, method: 'gw.ref', svc: 'notes', params };
    },
  };
}

describe('a message in parts', () => {
  it('P3.26 is answered once it is complete, and no part before', async () => {
    const { send } = start();
    const [first, second, third] = thirds(JSON.stringify(call('3')));
    expect(await send(part('m1', 2, 3, third))).toBeUndefined();
    expect(await send(part('m1', 0, 3, first))).toBeUndefined();
    expect(await send(part('m1', 1, 3, second))).toBe(ANSWER);
    expect(await send(part('m1', 1, 3, second))).toBeUndefined();
  });

  it.each([
    ['no JSON', 'nonsense', 'PARSE_ERROR'],
    ['another part', JSON.stringify(part('m2', 0, 2, '')), 'BAD_REQUEST'],
    ['an array', JSON.stringify([call('1'), call('2')]), 'BAD_REQUEST'],
    ['a stop', '{"id":7,"method":"subscription.stop"}', 'BAD_REQUEST'],
  ])('P3.26 is refused when it is %s', async (_, text, code) => {
    const { send } = start();
    await send(part('m1', 0, 2, text));
    expect(JSON.parse((await send(part('m1', 1, 2, ''))) ?? '')).toMatchObject({ id: null, error: { data: { code } } });
  });
});

describe('a message by reference', () => {
  it('P3.27 is read and answered as if it had come as a frame', async () => {
    const { send, put } = start();
    expect(await send(put(JSON.stringify(call('3'))))).toBe(ANSWER);
  });

  it('P3.27 is refused when there is nothing, or something else', async () => {
    const { send, put, objects } = start();
    const reference = put(JSON.stringify(call('3')));
    objects.set('in/k1', Buffer.from('other'));
    expect(JSON.parse((await send(reference)) ?? '')).toMatchObject({ id: null, error: { data: { code: 'BAD_REQUEST' } } });
    objects.clear();
    expect(JSON.parse((await send(reference)) ?? '')).toMatchObject({ id: null, error: { data: { code: 'NOT_FOUND' } } });
  });

  it('P3.27 has its place from the gateway, not from a service', async () => {
    const { send, sendToGateway } = start();
    const upload = { id: 5, method: 'gw.upload', svc: 'gw', params: { bytes: 734_003, sha256: '0'.repeat(64) } };
    expect(JSON.parse((await sendToGateway(upload)) ?? '')).toEqual({
      id: 5,
      result: { type: 'data', data: { url: 'https://s3.test/in/k1', headers: {}, key: 'in/k1' } },
    });
    expect(JSON.parse((await send(upload)) ?? '')).toMatchObject({ id: 5, error: { data: { code: 'BAD_REQUEST' } } });
    expect(JSON.parse((await sendToGateway({ ...upload, params: { ...upload.params, bytes: 6_291_457 } })) ?? '')).toMatchObject({
      id: 5,
      error: { data: { code: 'PAYLOAD_TOO_LARGE' } },
    });
  });

  it('P3.27 is what our own client gets when an answer is larger than API Gateway carries', async () => {
    const { send, objects } = start();
    const referred = JSON.parse((await send(call('131021'))) ?? '');
    expect(referred).toEqual({
      id: null,
      method: 'gw.ref',
      params: { url: 'https://s3.test/out/1/k1', bytes: 131_073, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(Buffer.from(objects.get('out/1/k1') ?? []).toString()).toBe(
      `{"id":7,"result":{"type":"data","data":{"text":"${'x'.repeat(131_021)}"}}}`,
    );
    expect((await send(call('131020')))?.length).toBe(131_072);
  });

  it('P3.27 is not what a stock client gets: it could not fetch it', async () => {
    const { gw: _, ...stock } = call('131021');
    expect(JSON.parse((await start().send(stock)) ?? '')).toMatchObject({ id: 7, error: { data: { code: 'PAYLOAD_TOO_LARGE' } } });
  });
});

it('says so where large messages are not served', async () => {
  const { sendWithout } = start();
  expect(JSON.parse((await sendWithout(part('m1', 0, 2, 'x'))) ?? '')).toMatchObject({
    id: null,
    error: { message: '[NOT_IMPLEMENTED] large messages are not served here; send less' },
  });
});
