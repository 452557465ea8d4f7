/**
 * DynamoDB for tests: dynalite in memory on a port of its own, with declared tables in it.
 */

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type AttributeDefinition, CreateTableCommand, DynamoDBClient, type KeySchemaElement } from '@aws-sdk/client-dynamodb';

import type { TableResource } from '../service/table.js';
import { createSdk, type Sdk } from './sdk.js';

/** dynalite has no types. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;

export const TEST_CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

export interface TestDynamo {
  readonly sdk: Sdk;
  /** For what the client under test cannot do: writing bad items. */
  readonly raw: DynamoDBClient;
  close(): Promise<void>;
}

/** Starts dynalite with tables named like their resources, all keys texts. */
export async function startDynamo(resources: readonly TableResource[]): Promise<TestDynamo> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const options = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: TEST_CREDENTIALS,
  };
  const sdk = createSdk({ ...options, now: Date.now });
  const raw = new DynamoDBClient(options);
  for (const resource of resources) await raw.send(createTable(resource));
  return {
    sdk,
    raw,
    close: async () => {
      raw.destroy();
      await sdk.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createTable(resource: TableResource): CreateTableCommand {
  const indexes = Object.entries(resource.indexes);
  const names = [resource, ...Object.values(resource.indexes)].flatMap(({ partitionKey, sortKey }) => [
    partitionKey,
    sortKey ?? partitionKey,
  ]);
  return new CreateTableCommand({
    TableName: resource.name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...new Set(names)].map((name): AttributeDefinition => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: keySchema(resource),
    ...(indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map(([name, keys]) => ({
            IndexName: name,
            KeySchema: keySchema(keys),
            Projection: { ProjectionType: 'ALL' as const },
          })),
        }),
  });
}

function keySchema({ partitionKey, sortKey }: { readonly partitionKey: string; readonly sortKey: string | undefined }): KeySchemaElement[] {
  const partition = { AttributeName: partitionKey, KeyType: 'HASH' as const };
  return sortKey === undefined ? [partition] : [partition, { AttributeName: sortKey, KeyType: 'RANGE' as const }];
}
