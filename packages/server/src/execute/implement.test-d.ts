/** Compile-time rules of handlers; `tsc -b` is the test. */

import { mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';
import { bucket } from '../service/bucket.js';
import { defineService } from '../service/define-service.js';
import { table } from '../service/table.js';
import type { Publish } from './handler-types.js';
import { implement } from './implement.js';

const item = () => z.object({ id: z.string(), n: z.number() });
const Things = table('Things', { item, partitionKey: 'id', indexes: { byN: { partitionKey: 'n' } } });
const Blobs = bucket('Blobs');

const things = service('things', {
  get: query({
    input: () => z.object({ id: z.string(), page: z.int().default(1) }),
    output: () =>
      z.object({
        id: z.string(),
        at: z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }),
      }),
    errors: { NOT_FOUND: () => z.object({ id: z.string() }) },
  }),
  drop: mutation({ input: () => z.object({ id: z.string() }) }),
  changes: subscription({ event: () => z.object({ id: z.string() }) }),
});

const declared = defineService(things, { uses: { table: Things.allow('get', 'query'), blobs: Blobs.allow('get') } });
const get = () => ({ id: 'a', at: '2026-01-01' });
const drop = () => {};
const changes = () => 'all';

implement(declared, {
  get: async ({ input, ctx, errors }) => {
    // Handlers get what validation made of the input: the default is there.
    const page: number = input.page;
    const found = await ctx.table.get({ id: input.id });
    await ctx.table.query({ index: 'byN', where: { n: page } });
    await ctx.publish('changes', 'all', { id: input.id }, { idempotencyKey: input.id });
    await ctx.publish.batch('changes', 'all', [{ id: input.id }, { id: 'b' }]);
    return found ? { id: found.id, at: '2026-01-01' } : errors.NOT_FOUND({ id: input.id });
  },
  drop,
  changes,
});

// @ts-expect-error a handler is missing
implement(declared, { get, drop });

// @ts-expect-error there is no such procedure
implement(declared, { get, drop, changes, more: () => {} });

implement(declared, {
  // @ts-expect-error the result lacks a field
  get: () => ({ id: 'a' }),
  drop,
  // @ts-expect-error a topic key is a text
  changes: () => 5,
});

implement(declared, {
  // @ts-expect-error the handler returns what the schema takes in, a text, not what comes out of it
  get: () => ({ id: 'a', at: new Date() }),
  drop,
  changes,
});

implement(declared, {
  get: async ({ input, ctx, errors }) => {
    // @ts-expect-error this error is not declared
    errors.CONFLICT({ id: input.id });
    // @ts-expect-error its data has another type
    errors.NOT_FOUND({ id: 1 });
    // @ts-expect-error the operation is not in `uses`
    await ctx.table.put({ id: 'a', n: 1 });
    // @ts-expect-error the operation is not in `uses`
    await ctx.blobs.delete('a');
    // @ts-expect-error the resource is not in `uses`
    void ctx.other;
    // @ts-expect-error there is no such index
    await ctx.table.query({ index: 'byName', where: { n: 1 } });
    // @ts-expect-error only subscriptions are published to
    await ctx.publish('get', 'all', { id: 'a' });
    // @ts-expect-error the event has another type
    await ctx.publish('changes', 'all', { id: 1 });
    // @ts-expect-error one event of the batch has another type
    await ctx.publish.batch('changes', 'all', [{ id: 'a' }, { id: 1 }]);
    return get();
  },
  drop,
  changes,
});

const hot = service('hot', {
  ticks: subscription({ event: () => z.object({ id: z.string() }), sequenced: true }),
  news: subscription({ event: () => z.object({ id: z.string() }), sequenced: false }),
});
declare const publish: Publish<typeof hot>;
// Nobody knows the id of an event that the sequencer is going to number.
const nothing: Promise<void> = publish('ticks', 'all', { id: 'a' });
const nothingOfBatch: Promise<void> = publish.batch('ticks', 'all', [{ id: 'a' }]);
const id: Promise<string> = publish('news', 'all', { id: 'a' });
// @ts-expect-error there is no id
const noId: Promise<string> = publish('ticks', 'all', { id: 'a' });
void [nothing, nothingOfBatch, id, noId];

// There is a user where nobody else gets in: `auth` is not 'public', or the service is for AWS identities.
const called = service('called', {
  anybody: query({ auth: 'public' }),
  user: query({}),
  scoped: mutation({ auth: { scopes: ['things:write'] } }),
});
const claims = () => z.object({ team: z.string() });

implement(defineService(called, { uses: {}, claims }), {
  // @ts-expect-error nobody may be signed in
  anybody: ({ ctx }) => void ctx.user.id,
  user: ({ ctx }) => void ctx.user.claims.team.length,
  scoped: ({ ctx }) => void ctx.user.id,
});
implement(defineService(called, { uses: {}, claims }), {
  anybody: ({ ctx }) => void ctx.user?.claims.team.length,
  // @ts-expect-error no such claim
  user: ({ ctx }) => void ctx.user.claims.name,
  scoped: () => {},
});
implement(defineService(called, { uses: {}, auth: 'iam' }), {
  anybody: ({ ctx }) => void ctx.user.id,
  user: ({ ctx }) => void ctx.user.id,
  scoped: ({ ctx }) => void ctx.user.id,
});
// Other services may call an internal one on nobody's behalf.
implement(defineService(called, { uses: {}, internal: true }), {
  anybody: () => {},
  // @ts-expect-error nobody may be signed in
  user: ({ ctx }) => void ctx.user.id,
  scoped: ({ ctx }) => void ctx.user?.id,
});
