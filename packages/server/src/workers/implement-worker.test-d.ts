/** Compile-time rules of workers; `tsc -b` is the test. */

import { message, messages, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';
import { bus } from '../service/bus.js';
import { graph, graphOperation } from '../service/graph.js';
import { table } from '../service/table.js';
import { defineWorker } from '../service/worker.js';
import { implementWorker } from './implement-worker.js';

const Things = table('Things', { item: () => z.object({ id: z.string(), size: z.number() }), partitionKey: 'id' });
const news = messages('news', {
  changed: message({ data: () => z.object({ id: z.string(), version: z.number().default(1) }) }),
  removed: message({ data: () => z.object({ id: z.string(), by: z.string() }) }),
  counted: message({ data: () => z.number() }),
});
const News = bus('News', news, { transport: 'sns-sqs', ordered: true });
const library = graph('Library', {
  schema: 'type Query { one(id: ID!): String all: [String] }',
  operations: {
    one: graphOperation({
      document: 'query ($id: ID!) { one(id: $id) }',
      fields: ['Query.one'],
      variables: () => z.object({ id: z.string() }),
      data: () => z.object({ one: z.string().nullable() }),
    }),
  },
});
const things = service('things', { get: query({}), grown: subscription({ event: () => z.object({ size: z.number() }) }) });

const relay = defineWorker('relay', { source: Things.changes(), uses: { bus: News.allow('publish') } });

implementWorker(relay, async ({ change, sequenceNumber, ctx }) => {
  const size: number = change.item.size;
  const position: string = sequenceNumber;
  ctx.log.info('changed', { size, position, atMs: ctx.now(), requestId: ctx.requestId });
  if (change.kind === 'put') ctx.log.info('before', { size: change.before?.size });
  // @ts-expect-error nothing was there before a removal that is not the item itself
  if (change.kind === 'remove') void change.before;
  await ctx.bus.publish('changed', { id: change.item.id });
  // @ts-expect-error the bus has no such message
  await ctx.bus.publish('renamed', { id: change.item.id });
  // @ts-expect-error its data has another type
  await ctx.bus.publish('changed', { id: 1 });
  // @ts-expect-error the item has no such attribute
  void change.item.colour;
  // @ts-expect-error the worker announces nothing
  void ctx.publish;
  // @ts-expect-error the resource is not in `uses`
  void ctx.things;
});

const counter = defineWorker('counter', {
  source: News.on('changed', 'removed'),
  uses: { things: Things.allow('get') },
  announces: things,
});

implementWorker(counter, async ({ message: each, ctx }) => {
  if (each.name === 'changed') {
    // Consumers get what validation made of the data: the default is there.
    const version: number = each.data.version;
    await ctx.publish('grown', 'all', { size: version });
  } else {
    const by: string = each.data.by;
    ctx.log.info(by, { id: each.id, key: each.key, attempt: each.attempt, publishedAtMs: each.publishedAtMs });
  }
  // @ts-expect-error the worker does not listen to this message
  void (each.name === 'counted');
  // @ts-expect-error only subscriptions are published to
  await ctx.publish('get', 'all', { size: 1 });
  // @ts-expect-error the event has another type
  await ctx.publish('grown', 'all', { size: 'large' });
  // @ts-expect-error the operation is not in `uses`
  await ctx.things.put({ id: 'a', size: 1 });
});

const resolver = defineWorker('resolver', { source: library.fields('Query.one', 'Query.all'), uses: { things: Things.allow('get') } });

implementWorker(resolver, {
  'Query.one': async ({ args, ctx }) => (await ctx.things.get({ id: String(args.id) }))?.id,
  'Query.all': () => [],
});

// @ts-expect-error a field has no handler
implementWorker(resolver, { 'Query.one': () => null });

// @ts-expect-error the worker does not resolve this field
implementWorker(resolver, { 'Query.one': () => null, 'Query.all': () => [], 'Query.none': () => null });
