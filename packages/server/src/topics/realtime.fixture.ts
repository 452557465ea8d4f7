/** DynamoDB tables of the gateway for tests: dynalite in memory with transactions, on ports of their own. */

import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { startDynamo, TEST_CREDENTIALS } from '../resources/dynalite.fixture.js';
import { createKeyTable, createKeyTableSdk, type KeyTable, type KeyTableSdk, type KeyTableSdkOptions } from './key-table.js';
import { startTransactions } from './transactions.fixture.js';

export interface TestTables {
  readonly sdk: KeyTableSdk;
  /** Where transactions are served too. */
  readonly topicsEndpoint: KeyTableSdkOptions;
  readonly connections: KeyTable;
  readonly topics: KeyTable;
  /** Items of a partition as DynamoDB spells them, which is how a stream record has them. */
  items(tableName: 'Connections' | 'Topics', pk: string): Promise<readonly Record<string, AttributeValue>[]>;
  close(): Promise<void>;
}

/** Starts both tables, empty. */
export async function startTables(): Promise<TestTables> {
  const dynamo = await startDynamo(
    ['Connections', 'Topics'].map((name) => ({ kind: 'table' as const, name, partitionKey: 'pk', sortKey: 'sk', indexes: {} })),
  );
  const endpoint = await endpointOf(dynamo.raw);
  const transactions = await startTransactions(endpoint);
  const at = (origin: string) => ({ region: 'eu-west-1', endpoint: origin, credentials: TEST_CREDENTIALS });
  const topicsEndpoint = at(transactions.origin);
  const [sdk, withTransactions] = [createKeyTableSdk(at(endpoint)), createKeyTableSdk(topicsEndpoint)];
  return {
    sdk,
    topicsEndpoint,
    connections: createKeyTable(sdk, 'Connections'),
    topics: createKeyTable(withTransactions, 'Topics'),
    items: async (tableName, pk) => {
      const values = { ':pk': { S: pk } };
      const request = { TableName: tableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: values };
      return (await dynamo.raw.send(new QueryCommand(request))).Items ?? [];
    },
    close: async () => {
      await sdk.destroy();
      await withTransactions.destroy();
      await transactions.close();
      await dynamo.close();
    },
  };
}

async function endpointOf(client: DynamoDBClient): Promise<string> {
  const { protocol, hostname, port } = (await client.config.endpoint?.()) ?? {};
  return `${protocol}//${hostname}:${port}`;
}
