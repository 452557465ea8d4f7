/**
 * The stage `everything`: the GraphQL API is on, REST streams, and a Bedrock knowledge base answers instead of Kendra. Local only: a stage of its own, whose
 * rights change.
 */

import { createGatewayClient } from '@org/gateway-client';
import { nodeFetch } from '@org/gateway-client/node';
import type { AppContract } from '@org/gateway-contract';
import { createTRPCUntypedClient, httpBatchStreamLink } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { describeAnswers } from './answers-suite.js';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import { ASSEMBLIES, type OwnStage, startOwnStage } from './own-stage.js';

const { restUrl, socketUrl, local } = inject('stage');

describe.runIf(local)('the stage with everything', () => {
  let own: OwnStage;
  beforeAll(async () => {
    own = await startOwnStage({ assembly: ASSEMBLIES.everything });
  });
  afterAll(() => own?.close());

  describe('its knowledge base', () => {
    describeAnswers(() => own.gateway, { marks: false });
  });

  describe('its REST API, which streams', () => {
    const transport = nodeFetch();
    afterAll(() => transport.close());
    /** Our clients, and a stock one. */
    const readers: Readonly<Record<string, () => (id: string) => Promise<unknown>>> = {
      'our client over fetch': () => ourReader(globalThis.fetch),
      'our client over nodeFetch': () => ourReader(transport),
      'stock httpBatchStreamLink': () => {
        const stock = createTRPCUntypedClient({ links: [httpBatchStreamLink({ url: `${own.stage.restUrl}/rpc/documents` })] });
        return (id) => stock.query('get', { id });
      },
    };
    const ourReader = (fetch: typeof globalThis.fetch | typeof transport) => {
      const gateway = createGatewayClient<AppContract>({ url: own.stage.restUrl as string, fetch, streaming: true });
      return (id: string) => gateway.documents.get.query({ id });
    };
    const save = (title: string) => own.gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'x' });

    it.each(Object.keys(readers))('P2.17 gives %s the fast call of a batch while the slow one still runs', async (name) => {
      const [slow, fast] = await Promise.all([save('Slow'), save('Fast')]);
      const read = (readers[name] as () => (id: string) => Promise<unknown>)();
      const held = own.stage.inject({
        at: 'call',
        operation: 'dynamodb:GetItem',
        caller: 'documents',
        text: slow.id,
        effect: { delayMs: 15_000 },
        times: 1,
      });
      let isOver = false;
      const slowly = read(slow.id).finally(() => {
        isOver = true;
      });
      const missing = read(freshName('missing')).catch((error: unknown) => error);
      expect(await read(fast.id)).toMatchObject({ title: 'Fast' });
      expect(await missing).toMatchObject({ data: {} });
      await held.reached();
      expect(isOver).toBe(false);
      own.skip(15_000);
      expect(await slowly).toMatchObject({ title: 'Slow' });
      held.end();
    });

    it('answers over the socket and in one piece as ever', async () => {
      const { id } = await save('Plain');
      expect(await own.gateway.documents.get.query({ id }, { over: 'socket' })).toMatchObject({ title: 'Plain' });
      const answer = await fetch(`${own.stage.restUrl}/documents/${id}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
      expect(await answer.json()).toMatchObject({ title: 'Plain' });
    });
  });

  describe('its GraphQL API', () => {
    const save = (folder: string, title: string) =>
      own.gateway.documents.save.mutate({ folder, title, body: 'An HTTP server framework with routing for web applications.' });

    it('gives documents with their labels, a page at a time', async () => {
      const folder = freshName('folder');
      const [first, second] = [await save(folder, 'One'), await save(folder, 'Two')];
      const page = await own.gateway.graph.documents.query({ folder, limit: 1 });
      expect(page.items).toMatchObject([{ id: second.id, title: 'Two', bytes: second.bytes, updatedAtMs: second.updatedAtMs }]);
      const next = await own.gateway.graph.documents.query({ folder, limit: 1, cursor: page.nextCursor ?? '' });
      expect(next.items).toMatchObject([{ id: first.id, title: 'One' }]);
      expect(
        next.nextCursor === null || (await own.gateway.graph.documents.query({ folder, cursor: next.nextCursor })).items.length === 0,
      ).toBe(true);
      const labelled = await eventually(async () => {
        const document = await own.gateway.graph.document.query({ id: first.id });
        return document.label === null ? undefined : document;
      });
      expect(labelled.label).toEqual({ label: 'web', probability: expect.any(Number) });
    });

    it('is NOT_FOUND for a document that is not there', async () => {
      const id = freshName('missing');
      await expect(own.gateway.graph.document.query({ id })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { id } });
    });

    it('is FAILED_DEPENDENCY when it answers with errors, and answers again afterwards', async () => {
      const { id } = await save(freshName('folder'), 'Three');
      const giveBack = own.withhold('library', 'dynamodb:GetItem', '*Documents');
      await expect(own.gateway.graph.document.query({ id })).rejects.toMatchObject({
        code: 'FAILED_DEPENDENCY',
        status: 424,
        error: 'GRAPH_FAILED',
        data: { graph: 'library' },
      });
      expect(own.denial('dynamodb:GetItem')?.message).toContain("add 'get' to Documents.allow(…) in the uses of library");
      giveBack();
      expect(await own.gateway.graph.document.query({ id })).toMatchObject({ title: 'Three' });
    });

    it('lets only the fields be asked for that a service uses', async () => {
      const giveBack = own.withhold('graph', 'appsync:GraphQL', '*/fields/documents');
      await expect(own.gateway.graph.documents.query({})).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
      await expect(own.gateway.graph.document.query({ id: freshName('missing') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(own.denial('appsync:GraphQL')?.resource).toMatch(/\/types\/Query\/fields\/documents$/);
      giveBack();
    });
  });
});

describe('a stage without a GraphQL API', () => {
  it.runIf(local)('has none of its procedures, over REST and over the socket', async () => {
    const gateway = createGatewayClient({ url: restUrl, socketUrl });
    await expect(gateway.graph.documents.query({})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(gateway.graph.documents.query({}, { over: 'socket' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    gateway.$close();
  });
});
