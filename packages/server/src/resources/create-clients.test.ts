import { expect, test } from 'vitest';
import * as z from 'zod';
import { bucket } from '../service/bucket.js';
import { table } from '../service/table.js';
import { createClients } from './create-clients.js';
import { processSdk, type Sdk } from './sdk.js';

const Documents = table('Documents', { item: () => z.object({ id: z.string() }), partitionKey: 'id' });
const Bodies = bucket('Bodies');

const untouched: Sdk = {
  dynamo: () => Promise.reject(new Error('opened DynamoDB')),
  s3: () => Promise.reject(new Error('opened S3')),
  close: () => Promise.resolve(),
};

test('makes the granted operations and no others', () => {
  const uses = { table: Documents.allow('get', 'query'), bodies: Bodies.allow('presignPut') };
  const clients = createClients(uses, { nameOf: ({ name }) => name, now: () => 0, sdk: untouched });
  expect(Object.keys(clients)).toEqual(['table', 'bodies']);
  expect(Object.keys(clients.table as object)).toEqual(['get', 'query']);
  expect(Object.keys(clients.bodies as object)).toEqual(['presignPut']);
});

test('asks for every name at once, and opens the SDK only with the first operation', async () => {
  const asked: string[] = [];
  const nameOf = ({ name }: { readonly name: string }) => {
    asked.push(name);
    return name;
  };
  const clients = createClients({ table: Documents.allow('get') }, { nameOf, now: () => 0, sdk: untouched });
  expect(asked).toEqual(['Documents']);
  const { get } = clients.table as { get(key: object): Promise<unknown> };
  await expect(get({ id: 'a' })).rejects.toMatchObject({ cause: { message: 'opened DynamoDB' } });
});

test('a process has one set of SDK clients per region', () => {
  expect(processSdk('eu-west-1')).toBe(processSdk('eu-west-1'));
  expect(processSdk('eu-west-1')).not.toBe(processSdk('us-east-1'));
});
