import { GatewayError } from '@org/gateway-core/errors';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { graph, graphOperation } from '../service/graph.js';
import { defineWorker } from '../service/worker.js';
import { implementWorker } from './implement-worker.js';
import { testWorker } from './worker.fixture.js';

const library = graph('Library', {
  schema: 'type Query { one(id: ID!): String all: [String] }',
  operations: {
    all: graphOperation({
      document: '{ all }',
      fields: ['Query.all'],
      variables: () => z.object({}),
      data: () => z.object({ all: z.array(z.string()) }),
    }),
  },
});
const declaration = defineWorker('resolver', { source: library.fields('Query.one', 'Query.all'), uses: {} });

/** A worker whose field `Query.one` ends so. */
const resolver = (one: (id: unknown) => unknown) =>
  testWorker(implementWorker(declaration, { 'Query.one': ({ args }) => one(args.id), 'Query.all': ({ ctx }) => [ctx.requestId] }));

/** What AppSync's direct Lambda resolvers send, as far as it is used. */
const asked = (fieldName: string, args?: Readonly<Record<string, unknown>>) => ({
  ...(args ? { arguments: args } : {}),
  identity: null,
  source: null,
  info: { fieldName, parentTypeName: 'Query', variables: {}, selectionSetList: [] },
});

it('gives each field to its handler, with its arguments', async () => {
  const { send } = resolver((id) => `document ${id}`);
  expect(await send(asked('one', { id: 'a' }))).toBe('document a');
  expect(await send(asked('all'))).toEqual(['r1']);
});

it('nothing is null: AppSync takes no undefined', async () => {
  expect(await resolver(() => undefined).send(asked('one'))).toBeNull();
});

it('a GatewayError, returned or thrown, is thrown for AppSync with its code as name and its message', async () => {
  const failure = new GatewayError('NOT_FOUND', '[NOT_FOUND] no document a');
  const thrown = () => {
    throw failure;
  };
  for (const one of [() => failure, thrown]) {
    await expect(resolver(one).send(asked('one'))).rejects.toMatchObject({ name: 'NOT_FOUND', message: '[NOT_FOUND] no document a' });
  }
});

it.each([
  ['any other failure', new Error('secret')],
  ['a failure of ours', new GatewayError('INTERNAL_SERVER_ERROR', 'dynamodb:GetItem on table Secret was denied')],
])('%s is logged and says nothing', async (_, failure) => {
  const { send, logLines } = resolver(() => {
    throw failure;
  });
  const error = await send(asked('one')).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ name: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' });
  expect(logLines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'ERROR', field: 'Query.one', requestId: 'r1', cause: { message: failure.message } },
  ]);
});

it('a field that is not the worker’s is an error, never a property of Object.prototype', async () => {
  const { send, logLines } = resolver(() => 'one');
  await expect(send({ info: { fieldName: 'none', parentTypeName: 'Query' } })).rejects.toMatchObject({ name: 'INTERNAL_SERVER_ERROR' });
  expect(logLines.join()).toContain('no handler for the field Query.none');
});

it('a worker without a handler for each field is refused when the function starts', () => {
  const handlers = { 'Query.one': () => null, 'Query.two': () => null } as never;
  expect(() => implementWorker(declaration, handlers)).toThrow('[WORKER] resolver: no handler for [Query.all], no field for [Query.two]');
});
