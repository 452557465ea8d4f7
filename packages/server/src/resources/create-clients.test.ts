import { message, messages, mutation, query, service } from '@org/gateway-core';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { answers } from '../service/answers.js';
import { bucket } from '../service/bucket.js';
import { bus } from '../service/bus.js';
import type { Uses } from '../service/define-service.js';
import { serviceFunction } from '../service/function.js';
import { graph, graphOperation } from '../service/graph.js';
import { model } from '../service/model.js';
import { searchIndex } from '../service/search-index.js';
import { table } from '../service/table.js';
import { systemClock } from '../websocket/clock.js';
import { type CreateClientsOptions, createClients } from './create-clients.js';
import { processSdk, type Sdk } from './sdk.js';

const Documents = table('Documents', { item: () => z.object({ id: z.string() }), partitionKey: 'id' });
const SearchStats = table('SearchStats', { item: () => z.object({ id: z.string() }), partitionKey: 'id', account: 'analytics' });
const Bodies = bucket('Bodies');
const indexing = service('indexing', { rebuild: mutation({}), state: query({}) });

const untouched: Sdk = {
  dynamo: () => Promise.reject(new Error('opened DynamoDB')),
  s3: () => Promise.reject(new Error('opened S3')),
  lambda: () => Promise.reject(new Error('opened Lambda')),
  credentials: () => Promise.reject(new Error('asked for credentials')),
  region: undefined,
  close: () => Promise.resolve(),
};

const clientsOf = (uses: Uses, more: Partial<CreateClientsOptions> = {}) =>
  createClients(uses, {
    owner: 'documents',
    locationOf: ({ name }) => name,
    accountOf: () => ({ roleArn: 'arn:aws:iam::222222222222:role/stats', externalId: 'x', region: 'eu-west-1' }),
    region: 'eu-west-1',
    clock: systemClock,
    random: () => 0,
    newId: () => 'id',
    callTimeoutMs: 27_000,
    sdkOf: () => untouched,
    ...more,
  });

test('makes the granted operations and no others', () => {
  const { clients } = clientsOf({ table: Documents.allow('get', 'query'), bodies: Bodies.allow('presignPut') });
  expect(Object.keys(clients)).toEqual(['table', 'bodies']);
  expect(Object.keys(clients.table as object)).toEqual(['get', 'query']);
  expect(Object.keys(clients.bodies as object)).toEqual(['presignPut']);
});

test('makes a client for every kind of resource', () => {
  const fields = { text: { type: 'text' } } as const;
  const Library = graph('Library', {
    schema: 'type Query { all: [String] }',
    operations: {
      all: graphOperation({
        document: '{ all }',
        fields: ['Query.all'],
        variables: () => z.object({}),
        data: () => z.object({ all: z.array(z.string()) }),
      }),
    },
  });
  const news = messages('news', { changed: message({ data: () => z.string() }) });
  const uses = {
    index: searchIndex('DocumentsIndex', { document: () => z.object({ text: z.string() }), fields }).allow('search'),
    help: answers('Help').allow('ask'),
    classifier: model('Classifier', { input: () => z.string(), output: () => z.string() }).allow('invoke'),
    library: Library.allow('all'),
    topic: bus('News', news, { transport: 'sns-sqs' }).allow('publish'),
    log: bus('Log', news, { transport: 'table' }).allow('publish'),
  };
  const locations: Record<string, string> = {
    DocumentsIndex: 'https://search.example.com',
    Help: 'kendra:0a1b',
    Library: 'https://graph.example.com/graphql',
    News: 'arn:aws:sns:eu-west-1:111111111111:news',
  };
  const { clients } = clientsOf(uses, { locationOf: ({ name }) => locations[name] ?? name });
  expect(Object.entries(clients).map(([name, client]) => [name, Object.keys(client as object)])).toEqual([
    ['index', ['search']],
    ['help', ['ask']],
    ['classifier', ['invoke']],
    ['library', ['all']],
    ['topic', ['publish']],
    ['log', ['publish']],
  ]);
});

test('clients of other services are made for each call, with the granted procedures', () => {
  const { clients, callers } = clientsOf({ table: Documents.allow('get'), indexing: serviceFunction(indexing).allow('rebuild') });
  expect(Object.keys(clients)).toEqual(['table']);
  const made = callers({ user: null, requestId: 'r1' });
  expect(Object.keys(made)).toEqual(['indexing']);
  expect(Object.keys(made.indexing as object)).toEqual(['rebuild']);
});

test('asks for every location at once, and opens the SDK only with the first operation', async () => {
  const asked: string[] = [];
  const locationOf = ({ name }: { readonly name: string }) => {
    asked.push(name);
    return name;
  };
  const uses = { table: Documents.allow('get'), indexing: serviceFunction(indexing).allow('state') };
  const { clients } = clientsOf(uses, { locationOf });
  expect(asked.sort()).toEqual(['Documents', 'FunctionIndexing']);
  const { get } = clients.table as { get(key: object): Promise<unknown> };
  await expect(get({ id: 'a' })).rejects.toMatchObject({ cause: { message: 'opened DynamoDB' } });
});

test('resources of another account have SDK clients of their own', () => {
  const accounts: (string | undefined)[] = [];
  const sdkOf = (account: string | undefined) => {
    accounts.push(account);
    return untouched;
  };
  clientsOf({ table: Documents.allow('get'), stats: SearchStats.allow('update') }, { sdkOf });
  expect(accounts).toEqual([undefined, 'analytics']);
});

test('a process has one set of SDK clients per account', () => {
  const role = {
    account: 'analytics',
    roleArn: 'arn:aws:iam::222222222222:role/a',
    externalId: 'x',
    region: 'eu-west-1',
    sessionName: 's',
  };
  expect(processSdk()).toBe(processSdk());
  expect(processSdk(role)).toBe(processSdk(role));
  expect(processSdk(role)).not.toBe(processSdk());
  expect(processSdk(role)).not.toBe(processSdk({ ...role, account: 'archive' }));
});
