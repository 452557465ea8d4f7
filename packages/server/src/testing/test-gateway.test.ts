import { defineContract, error, mutation, query, service, subscription, wire } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { table } from '../service/table.js';
import { messageEvent, restEventV1, restEventV2, testGateway } from './index.js';

const Note = () => z.object({ id: z.string(), text: z.string() });
const notes = service('notes', {
  get: query({
    auth: 'public',
    input: () => z.object({ id: z.string().min(1) }),
    output: Note,
    errors: { NOT_FOUND: () => z.object({ id: z.string() }) },
    rest: 'GET /notes/{id}',
  }),
  add: mutation({
    input: () => z.object({ text: z.string() }),
    output: Note,
    errors: { FULL: error('CONFLICT', () => z.object({ max: z.int() })) },
  }),
  clear: mutation({ auth: { scopes: ['notes.clear'] } }),
  peek: query({ auth: 'public', output: () => z.string() }),
  changes: subscription({ auth: 'public', input: () => z.object({ tag: z.string() }), event: Note }),
});
const audit = service('audit', { who: query({ output: () => z.string() }) });
const contract = defineContract({ notes, audit, other: service('other', { ping: query({ auth: 'public' }) }) });

const Notes = table('Notes', { item: Note, partitionKey: 'id' });
const notesHandlers = implement(
  defineService(notes, { uses: { table: Notes.allow('get', 'put') }, claims: () => z.object({ name: z.string().default('nobody') }) }),
  {
    get: async ({ input, ctx, errors }) => (await ctx.table.get(input)) ?? errors.NOT_FOUND(input),
    add: async ({ input, ctx, errors }) => {
      if (input.text === 'too many') return errors.FULL({ max: 3 });
      const note = { id: ctx.requestId, text: `${input.text} by ${ctx.user.id} (${ctx.user.claims.name})` };
      await ctx.table.put(note);
      await ctx.publish('changes', 'all', note);
      return note;
    },
    clear: () => {},
    peek: ({ ctx }) => (ctx.table as unknown as { delete(key: object): string }).delete({ id: 'a' }),
    changes: ({ input }) => input.tag,
  },
);
const auditHandlers = implement(defineService(audit, { uses: {}, auth: 'iam' }), { who: ({ ctx }) => ctx.user.id });

/** A table as a test writes one: a Map. */
function fakeTable() {
  const items = new Map<string, z.output<ReturnType<typeof Note>>>();
  return {
    items,
    get: async ({ id }: { id: string }) => items.get(id),
    put: async (item: { id: string; text: string }) => void items.set(item.id, item),
  };
}
function start() {
  const table = fakeTable();
  return Object.assign(testGateway(contract, [notesHandlers, auditHandlers], { clients: { notes: { table } } }), { items: table.items });
}
const ann = { id: 'ann', claims: { name: 'Ann' } };

describe('testGateway', () => {
  it.each(['rest', 'http', 'socket'] as const)('calls over %s as a user, whose claims the service has read', async (over) => {
    const test = start();
    const note = await test.as(ann).notes.add.mutate({ text: 'hello' }, { over });
    expect(note.text).toBe('hello by ann (Ann)');
    expect(await test.gateway.notes.get.query({ id: note.id }, { over })).toEqual(note);
    expect(test.published).toEqual([{ topic: 'notes.changes/all', event: note }]);
  });

  it.each(['rest', 'http', 'socket'] as const)('fails over %s with what a client would get', async (over) => {
    const { gateway, as } = start();
    await expect(gateway.notes.get.query({ id: 'x' }, { over })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      error: 'NOT_FOUND',
      data: { id: 'x' },
      status: 404,
      path: 'notes.get',
    });
    await expect(gateway.notes.get.query({ id: '' }, { over })).rejects.toMatchObject({ code: 'BAD_REQUEST', issues: [{ path: ['id'] }] });
    await expect(gateway.notes.add.mutate({ text: 'a' }, { over })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(as(ann).notes.add.mutate({ text: 'too many' }, { over })).rejects.toMatchObject({ error: 'FULL', data: { max: 3 } });
    await expect(as(ann).notes.clear.mutate(undefined, { over })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await as({ ...ann, scopes: ['notes.clear'] }).notes.clear.mutate(undefined, { over });
  });

  it('runs a mutation once for a key', async () => {
    const test = start();
    const add = () => test.as(ann).notes.add.mutate({ text: 'once' }, { key: 'k1' });
    expect(await add()).toEqual(await add());
    expect(test.items.size).toBe(1);
  });

  it('gives the ARN of who signed where a service wants AWS identities', async () => {
    const arn = 'arn:aws:iam::123456789012:user/ann';
    expect(await start().as({ id: arn }).audit.who.query()).toBe(arn);
  });

  it('follows subscriptions, from now or from an event', async () => {
    const { gateway, as } = start();
    const changes = await gateway.notes.changes.subscribe({ tag: 'all' });
    const first = await as(ann).notes.add.mutate({ text: 'one' });
    const second = await as(ann).notes.add.mutate({ text: 'two' });
    expect(await changes.events()).toEqual([first, second]);
    expect(await changes.events()).toEqual([]);
    const again = await gateway.notes.changes.subscribe({ tag: 'all' }, { lastEventId: 'e1.1' });
    expect(await again.events()).toEqual([second]);
    expect((await gateway.notes.changes.subscribe({ tag: 'all' }, { lastEventId: 'e9.4' })).reset).toBe('epoch');
    await changes.stop();
  });

  it('takes events of each kind as AWS sends them', async () => {
    const { rest, message, items, nowMs } = start();
    items.set('a b', { id: 'a b', text: 'hello' });
    const found = { statusCode: 200, body: '{"id":"a b","text":"hello"}' };
    expect(await rest(restEventV1({ method: 'GET', path: '/notes/a%20b' }))).toMatchObject(found);
    expect(await rest(restEventV2({ method: 'GET', path: '/notes/a%20b' }))).toMatchObject(found);
    expect(await rest(restEventV1({ method: 'GET', path: '/elsewhere' }))).toMatchObject({ statusCode: 403 });
    const frame = { id: 7, method: 'query', svc: 'notes', params: { path: 'notes.get', input: { id: 'a b' } } };
    expect(await message(messageEvent(frame, { connectionId: 'L0SM9cOFvHcCIhw=', connectedAtMs: nowMs }))).toMatchObject({
      body: expect.stringContaining('"code":"UNAUTHORIZED"'),
    });
  });

  it('says what a test has left out', async () => {
    const { gateway } = testGateway(contract, [notesHandlers]);
    await expect(gateway.other.ping.query()).rejects.toThrow('other.ping is not served in this test: got 403');
    const test = testGateway(contract, [notesHandlers]);
    await expect(test.gateway.notes.get.query({ id: 'a' })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(test.logLines.join()).toContain('the test gives no client for notes.table, whose get is used');
    const stray = implement(defineService(service('notes', { ping: query({}) }), { uses: {} }), { ping: () => {} });
    expect(() => testGateway(contract, [stray])).toThrow("the service notes is not the contract's");
  });

  it('refuses an operation that is not in `uses`', async () => {
    const test = start();
    await expect(test.gateway.notes.peek.query()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(test.logLines.join()).toContain('notes.table is not allowed to delete: add it to `uses`');
  });

  it('has a time of its own', async () => {
    const test = start();
    expect(test.nowMs).toBe(1_700_000_000_123);
    const expiring = test.as({ ...ann, expiresAtMs: test.nowMs + 1_000 });
    await expiring.notes.add.mutate({ text: 'a' }, { over: 'socket' });
    test.nowMs += 1_000;
    for (const over of ['rest', 'socket'] as const) {
      await expect(expiring.notes.add.mutate({ text: 'a' }, { over })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
  });

  it('P2.16 gives dates and bigints for what they are', async () => {
    const Photo = () => z.object({ takenAt: wire.date(), bytes: wire.bigint() });
    const photos = service('photos', {
      add: mutation({ auth: 'public', input: Photo, output: Photo }),
      added: subscription({ auth: 'public', event: Photo }),
    });
    const handlers = implement(defineService(photos, { uses: {} }), {
      add: async ({ input, ctx }) => {
        await ctx.publish('added', 'all', input);
        return input;
      },
      added: () => 'all',
    });
    const { gateway } = testGateway(defineContract({ photos }), [handlers]);
    const added = await gateway.photos.added.subscribe();
    const photo = { takenAt: new Date('2024-02-29T12:00:00Z'), bytes: 12n };
    for (const over of ['rest', 'http', 'socket'] as const) expect(await gateway.photos.add.mutate(photo, { over })).toEqual(photo);
    expect(await added.events()).toEqual([photo, photo, photo]);
  });

  it.each(['rest', 'socket'] as const)('counts calls of a caller over %s where the contract limits them', async (over) => {
    const searches = service('searches', { find: query({ auth: 'public', rateLimit: { perUser: { rate: 2, per: 'second' } } }) });
    const handlers = implement(defineService(searches, { uses: {} }), { find: () => {} });
    const test = testGateway(defineContract({ searches }), [handlers]);
    const find = () => test.as(ann).searches.find.query(undefined, { over });
    await find();
    await find();
    await expect(find()).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429, retryAfterMs: 500 });
    test.nowMs += 500;
    await find();
  });

  it('P5.15 counts over the socket who is not signed in by their address', async () => {
    const searches = service('searches', { find: query({ auth: 'public', rateLimit: { perUser: { rate: 1, per: 'hour' } } }) });
    const { message, nowMs, gateway } = testGateway(defineContract({ searches }), [
      implement(defineService(searches, { uses: {} }), { find: () => {} }),
    ]);
    await gateway.searches.find.query(undefined, { over: 'socket' });
    const about = { connectionId: 'id1=', connectedAtMs: nowMs };
    const event = messageEvent({ id: 2, method: 'query', svc: 'searches', params: { path: 'searches.find' } }, about);
    const from = async (sourceIp: string) =>
      (await message({ ...event, requestContext: { ...event.requestContext, identity: { sourceIp } } })).body;
    expect([await from('192.0.2.1'), await from('198.51.100.7')]).toEqual([
      expect.stringContaining('"code":"TOO_MANY_REQUESTS"'),
      '{"id":2,"result":{"type":"data"}}',
    ]);
  });
});
