import { defineContract, error, mutation, query, service, subscription, wire } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createGatewayClient } from '../create-client.js';
import { memoryStage, startedGw } from '../socket/memory-socket.fixture.js';
import { data, iterate, take } from '../socket/socket-client.fixture.js';
import { validator } from './validator.js';

const Document = () => z.object({ id: z.string(), version: z.int().positive() });
const contract = defineContract({
  documents: service('documents', {
    get: query({
      input: () => z.object({ id: z.string().min(1) }),
      output: Document,
      errors: { NOT_FOUND: () => z.object({ id: z.string() }) },
    }),
    save: mutation({ input: () => z.object({ title: z.string().trim() }), errors: { STALE: error('CONFLICT', Document) } }),
    when: query({ output: () => z.object({ at: wire.date().optional(), bytes: wire.bigint().describe('of all') }) }),
    coded: query({ output: () => z.codec(z.string(), z.number(), { decode: Number, encode: String }) }),
    length: query({ output: () => z.object({ n: z.string().transform((text) => text.length) }) }),
    slow: query({ input: () => z.string().refine(async () => false), output: () => z.string() }),
    changes: subscription({ input: () => z.object({ folder: z.string() }), event: Document }),
  }),
});

/** A client whose server answers every call with this, and what was sent. */
function gatewayThatAnswers(answer?: unknown, codecs?: unknown) {
  const sent: { readonly url: string; readonly body: unknown }[] = [];
  const fetch = async (url: string, { body }: RequestInit) => {
    sent.push({ url: decodeURIComponent(url), body });
    return Response.json({ result: { data: answer, codecs } });
  };
  const gateway = createGatewayClient<typeof contract>({ url: 'https://example.com', fetch, validate: validator(contract) });
  return { gateway, sent };
}

describe('validator', () => {
  it('refuses an input that does not fit with its issues, and sends nothing', async () => {
    const { gateway, sent } = gatewayThatAnswers();
    await expect(gateway.documents.get.query({ id: '' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      path: 'documents.get',
      issues: [{ path: ['id'], message: expect.stringContaining('>=1 characters') }],
      message: expect.stringContaining('[BAD_REQUEST] documents.get was given an input that does not fit (id: '),
    });
    expect(sent).toEqual([]);
  });

  it('sends an input as it is: the server makes of it what its schema says', async () => {
    const { gateway, sent } = gatewayThatAnswers();
    await gateway.documents.save.mutate({ title: ' Plan ' });
    expect(sent).toMatchObject([{ body: '{"title":" Plan "}' }]);
  });

  it('still sends calls of one tick in one request', async () => {
    const { gateway, sent } = gatewayThatAnswers({ id: 'a', version: 1 });
    void Promise.allSettled([gateway.documents.get.query({ id: 'a' }), gateway.documents.get.query({ id: 'b' })]);
    await new Promise(setImmediate);
    expect(sent).toHaveLength(1);
  });

  it('refuses an answer that does not fit, and drops fields that are not declared', async () => {
    const wrong = gatewayThatAnswers({ id: 'a', version: 0 });
    await expect(wrong.gateway.documents.get.query({ id: 'a' })).rejects.toMatchObject({
      code: 'INVALID_REPLY',
      path: 'documents.get',
      issues: [{ path: ['version'] }],
    });
    const more = gatewayThatAnswers({ id: 'a', version: 1, secret: 'x' });
    expect(await more.gateway.documents.get.query({ id: 'a' })).toEqual({ id: 'a', version: 1 });
  });

  it('takes dates and bigints for what they are', async () => {
    const { gateway } = gatewayThatAnswers({ at: '2026-11-26T05:00:00.000Z', bytes: '12' }, [
      ['d', 'at'],
      ['n', 'bytes'],
    ]);
    expect(await gateway.documents.when.query()).toEqual({ at: new Date('2026-11-26T05:00:00.000Z'), bytes: 12n });
    const wrong = gatewayThatAnswers({ bytes: 'many' });
    await expect(wrong.gateway.documents.when.query()).rejects.toMatchObject({ code: 'INVALID_REPLY', issues: [{ path: ['bytes'] }] });
  });

  it('leaves what its own schema would refuse, and what only the server can check', async () => {
    const { gateway } = gatewayThatAnswers({ n: 4 });
    expect(await gateway.documents.length.query()).toEqual({ n: 4 });
    expect(await gatewayThatAnswers(4).gateway.documents.coded.query()).toBe(4);
    const slow = gatewayThatAnswers('answered');
    expect(await slow.gateway.documents.slow.query('x')).toBe('answered');
  });

  it('lets through what the contract does not know', async () => {
    const { gateway } = gatewayThatAnswers('pong');
    const other = gateway as unknown as Record<'other' | 'documents', Record<string, { query(): Promise<unknown> }>>;
    expect([await other.other.ping?.query(), await other.documents.missing?.query()]).toEqual(['pong', 'pong']);
  });
});

describe('validator of subscriptions', () => {
  const stage = memoryStage();
  const subscribe = () =>
    (stage.client({ validate: validator(contract) }) as unknown as ReturnType<typeof createGatewayClient<typeof contract>>).documents
      .changes;
  const events = (...datas: unknown[]) =>
    startedGw(
      1,
      'e1.10',
      `e1.${10 + datas.length}`,
      datas.map((each, at) => [11 + at, each]),
    );

  it('refuses an input when a loop begins', async () => {
    const loop = async () => {
      for await (const _ of subscribe().subscribe({ folder: 7 as unknown as string }));
    };
    await expect(loop()).rejects.toMatchObject({ code: 'BAD_REQUEST', issues: [{ path: ['folder'] }] });
  });

  it('hands on events that fit, with their ids, and ends the loop at one that does not', async () => {
    const subscription = subscribe().subscribe({ folder: 'a' });
    const loop = iterate(subscription.tracked());
    const peer = await stage.opened();
    await peer.sent();
    peer.send(events({ id: 'a', version: 1, more: true }, { id: 'b' }));
    expect(await take(loop, 1)).toEqual([{ id: 'e1.11', data: { id: 'a', version: 1 } }]);
    expect(subscription.state).toBe('live');
    await expect(loop.next()).rejects.toMatchObject({ code: 'INVALID_REPLY', path: 'documents.changes', issues: [{ path: ['version'] }] });
    expect((await peer.sent()).map(({ method }) => method)).toEqual(['subscription.stop']);
  });

  it('checks calls over the socket', async () => {
    const gateway = stage.client({ validate: validator(contract) });
    const call = gateway.documents.get.query({ id: 'a' }, { over: 'socket' });
    const peer = await stage.opened();
    await peer.sent();
    peer.send(data(1, { id: 'a' }));
    await expect(call).rejects.toMatchObject({ code: 'INVALID_REPLY' });
  });
});
